//! `application/x-www-form-urlencoded`, read strictly.

use super::CallbackError;

/// The value of the field `payload`, which must be there once.
pub(super) fn payload(body: &[u8]) -> Result<Vec<u8>, CallbackError> {
    let mut found = None;
    for pair in body.split(|byte| *byte == b'&') {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let (Some(name), Some(value)) = (parts.next(), parts.next()) else {
            return Err(CallbackError::Form("a field has no `=`"));
        };
        let (name, value) = (decoded(name)?, decoded(value)?);
        if name == b"payload" && found.replace(value).is_some() {
            return Err(CallbackError::Form("it is there twice"));
        }
    }
    found.ok_or(CallbackError::Form("it is not there"))
}

/// What `text` stands for. Whatever should have been written in another way is refused.
fn decoded(text: &[u8]) -> Result<Vec<u8>, CallbackError> {
    const BROKEN: CallbackError = CallbackError::Form("two hexadecimal digits follow each `%`");
    let nibble = |digit: Option<&u8>| char::from(*digit?).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (nibble(rest.next()), nibble(rest.next()));
                let code = high.zip(low).map(|(high, low)| (high << 4) | low);
                code.and_then(|code| u8::try_from(code).ok()).ok_or(BROKEN)?
            }
            plain if plain.is_ascii_graphic() => *plain,
            _raw => return Err(CallbackError::Form("it holds bytes that no form holds")),
        });
    }
    Ok(bytes)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn encoded(bytes: &[u8]) -> String {
        let encode = |byte: &u8| match byte {
            b' ' => "+".to_owned(),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(*byte).to_string()
            }
            other => format!("%{other:02X}"),
        };
        bytes.iter().map(encode).collect()
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_out_again(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let body = format!("payload={}", encoded(&bytes));
            prop_assert_eq!(payload(body.as_bytes()).unwrap(), bytes);
        }

        #[test]
        fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..200), near in "(payload|&|=|%|[0-9a-g+ é]){0,30}") {
            for body in [body, near.into_bytes()] {
                if let Ok(value) = payload(&body) {
                    prop_assert!(value.len() <= body.len() && body.is_ascii());
                }
            }
        }
    }

    #[test]
    fn the_payload_is_there_once_under_whatever_spelling() {
        for fine in
            ["payload=a", "x=1&payload=a", "payload=a&x=", "%70ayload=%61", "payloads=b&payload=a"]
        {
            assert_eq!(payload(fine.as_bytes()).unwrap(), b"a", "{fine}");
        }
        for other in [
            "",
            "payload",
            "=a",
            "a",
            "Payload=a",
            "payload=a&payload=a",
            "payload=a&%70ayload=b",
            "payload=a&",
            "&payload=a",
            "payload=a&&x=1",
            "payload=%",
            "payload=%6",
            "payload=%6g",
            "payload=%+1",
            "payload=a b",
            "payload=a\n",
            "payload=é",
            "payload=a&x=é",
            "payload=a&x=%",
            "%zz=1&payload=a",
            "payload%3Da",
        ] {
            assert!(payload(other.as_bytes()).is_err(), "{other}");
        }
        assert_eq!(payload(b"payload=a=b").unwrap(), b"a=b");
    }
}
