//! What Microsoft's own two libraries take, as `cargo xtask test teams` has it from them: we take nothing that either of
//! them refuses.

use approvals_core::Timestamp;
use ring::hmac;
use serde_json::{Value, json};

use crate::callback;
use crate::signed_tests::*;
use crate::verify::verify;

const TABLE: &str = include_str!("../../../interop/teams_client.txt");

/// The one thing in which we are content with less than the older library: a slash at the end of an address, which the newer
/// one does not look at either. It is the same service.
const SAME_ADDRESS: &str = "serviceurl without a slash";

/// What the libraries have seen after keys had changed, which is about what they remember.
const REMEMBERED: &str = "genuine, after the keys have changed";

fn claiming(field: &str, value: Value) -> String {
    let claims = with(claims(), "nbf", json!(NOW.saturating_sub(3600)));
    signed(&Signer::Teams, &header(), &with(claims, field, value))
}

/// The token of a row of the table.
fn token_of_row(row: &str) -> Option<String> {
    let now = |seconds: i64| json!(NOW.saturating_add(seconds));
    Some(match row {
        "other aud" => claiming("aud", json!("99999999-0000-4000-8000-000000000000")),
        "aud of a bot by another name" => claiming("aud", json!(format!("api://botid-{}", bot()))),
        "other iss" => claiming("iss", json!("https://sts.windows.net/x/")),
        "expired four minutes ago" => claiming("exp", now(-240)),
        "expired six minutes ago" => claiming("exp", now(-360)),
        "without exp" => claiming("exp", Value::Null),
        "from in six minutes" => claiming("nbf", now(360)),
        "without serviceurl" => claiming("serviceurl", Value::Null),
        "serviceUrl in camel case" => {
            let camel = with(claims(), "serviceurl", Value::Null);
            signed(&Signer::Teams, &header(), &with(camel, "serviceUrl", json!(SERVICE)))
        }
        "other serviceurl" => claiming("serviceurl", json!("http://127.0.0.1:1/")),
        SAME_ADDRESS => claiming("serviceurl", json!(SERVICE.trim_end_matches('/'))),
        "unsigned" => {
            let header = with(header(), "alg", json!("none")).to_string();
            format!("{}.{}.", encoded(header), encoded(claims().to_string()))
        }
        "HS256 with the public key" => {
            let header = with(header(), "alg", json!("HS256")).to_string();
            let content = format!("{}.{}", encoded(header), encoded(claims().to_string()));
            let key = hmac::Key::new(hmac::HMAC_SHA256, &public_key());
            format!("{content}.{}", encoded(hmac::sign(&key, content.as_bytes())))
        }
        "no token at all" => return None,
        "alg RS384" => token_of_384(&with(header(), "alg", json!("RS384")), &claims()),
        "unknown kid" => signed(&Signer::Teams, &with(header(), "kid", json!("nobody")), &claims()),
        "genuine" | REMEMBERED | "activity without serviceUrl" | "activity of another channel" => {
            genuine()
        }
        other => panic!("a row without a token: {other}"),
    })
}

/// Whether we take a row: its token, and the activity that it came with.
fn is_taken(row: &str) -> bool {
    let mut activity = json!({
        "type": "message", "channelId": "msteams", "serviceUrl": SERVICE, "recipient": {"id": format!("28:{}", bot())},
        "conversation": {"id": "19:deploys@thread.tacv2", "tenantId": "aaaaaaaa-0000-4000-8000-000000000001"},
    });
    match row {
        "activity without serviceUrl" => activity = with(activity, "serviceUrl", Value::Null),
        "activity of another channel" => activity = with(activity, "channelId", json!("webchat")),
        _genuine => {}
    }
    let header = token_of_row(row).map(|token| format!("Bearer {token}"));
    let now = Timestamp::from_millis(NOW.saturating_mul(1000));
    let proof = verify(&keys(), &bot(), now, None, header.iter().map(String::as_bytes));
    proof.is_ok_and(|proof| {
        callback::read(activity.to_string().as_bytes(), &bot(), &proof, None).is_ok()
    })
}

#[test]
fn we_take_nothing_that_either_of_microsofts_libraries_refuses() {
    let rows = TABLE.lines().filter_map(|line| line.strip_prefix("token "));
    let (mut both, mut fewer) = (Vec::new(), Vec::new());
    for line in rows {
        let (rest, older) = line.rsplit_once(' ').unwrap();
        let (row, newer) = rest.rsplit_once(' ').unwrap();
        let takes = |verdict: &str| match verdict {
            "takes" => true,
            "refuses" => false,
            other => panic!("no verdict: {other}"),
        };
        let (is_taken, by_both) = (is_taken(row), takes(newer) && takes(older));
        if is_taken && row != SAME_ADDRESS && row != REMEMBERED {
            assert!(by_both, "{row}");
            both.push(row);
        } else if by_both {
            fewer.push(row);
        }
    }
    assert_eq!(both, ["genuine", "expired four minutes ago"]);
    assert_eq!(
        fewer,
        ["without exp", "activity without serviceUrl"],
        "and not even all that both take"
    );
}
