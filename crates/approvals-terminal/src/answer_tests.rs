//! What a typed line can mean, and what it can never mean.

use proptest::prelude::*;

use crate::answer::{Answer, MAX_LINE, Unclear, to_question, to_reason};

const CODE: &str = "7K3QZ";

proptest! {
    #[test]
    fn no_line_but_the_code_approves(line in any::<Vec<u8>>()) {
        prop_assert_ne!(to_question(&line, Some(CODE)), Answer::Approve);
    }

    #[test]
    fn nothing_near_the_code_approves(
        before in ".{0,3}", letters in "[7k3qzKQZ 0-9A-Z]{0,7}", after in ".{0,3}", cut in 0_usize..5,
    ) {
        let (start, end) = CODE.split_at(cut);
        let near = [format!("{before}{CODE}{after}"), letters, start.to_owned(), end.to_owned()];
        for line in near {
            let is_code = line.trim_matches([' ', '\t']).eq_ignore_ascii_case(CODE);
            prop_assert_eq!(to_question(line.as_bytes(), Some(CODE)) == Answer::Approve, is_code, "{}", line);
        }
    }

    #[test]
    fn without_a_code_no_line_approves(line in any::<Vec<u8>>(), words in "(yes|y|ok|approve|approved|7K3QZ|no|skip| )*") {
        prop_assert_ne!(to_question(&line, None), Answer::Approve);
        prop_assert_ne!(to_question(words.as_bytes(), None), Answer::Approve);
    }

    #[test]
    fn a_reason_is_taken_as_it_was_typed(reason in "[^\\p{Cc}\\s]([^\\p{Cc}]{0,100}[^\\p{Cc}\\s])?", no in "(no|No|NO)") {
        let expected = Answer::Reject(Some(reason.clone()));
        prop_assert_eq!(to_question(format!("{no} {reason}").as_bytes(), Some(CODE)), expected);
        prop_assert_eq!(to_reason(reason.as_bytes()), Ok(Some(reason)));
    }
}

#[test]
fn the_code_approves_in_either_case_and_between_blanks() {
    for line in ["7K3QZ", "7k3qz", "7K3qz", " 7K3QZ", "7K3QZ \t"] {
        assert_eq!(to_question(line.as_bytes(), Some(CODE)), Answer::Approve, "{line}");
    }
}

#[test]
fn words_of_consent_are_no_answer() {
    for line in [
        "y",
        "yes",
        "ok",
        "approve",
        "approve 7K3QZ",
        "yes 7K3QZ",
        "7K3QZ!",
        "7K3QZ 7K3QZ",
        "７K3QZ",
        "7K3QZ\u{200b}",
        "nothing",
    ] {
        assert_eq!(
            to_question(line.as_bytes(), Some(CODE)),
            Answer::Unclear(Unclear::Wrong),
            "{line}"
        );
    }
}

#[test]
fn no_alone_is_a_rejection_that_lacks_its_reason() {
    for line in ["no", "NO", " no ", "no \t "] {
        assert_eq!(to_question(line.as_bytes(), Some(CODE)), Answer::Reject(None), "{line}");
    }
    for blank in ["", "  ", "\t"] {
        assert_eq!(to_reason(blank.as_bytes()), Ok(None));
        assert_eq!(to_question(blank.as_bytes(), Some(CODE)), Answer::Blank);
    }
}

#[test]
fn skip_is_a_whole_line() {
    assert_eq!(to_question(b" Skip ", Some(CODE)), Answer::Skip);
    assert_eq!(to_question(b"skip it", Some(CODE)), Answer::Unclear(Unclear::Wrong));
}

#[test]
fn what_is_no_text_is_no_answer_and_no_reason() {
    let long = [b"no ".as_slice(), &vec![b'a'; MAX_LINE]].concat();
    for (line, why) in [
        (b"no \xff".as_slice(), Unclear::NotText),
        (b"7K3QZ\xff", Unclear::NotText),
        (b"no \x1b[A", Unclear::Control),
        (b"7K3\x007Z", Unclear::Control),
        (b"no a\rb", Unclear::Control),
        (b"no \xc2\x9b", Unclear::Control),
        (&long, Unclear::TooLong),
    ] {
        assert_eq!(to_question(line, Some(CODE)), Answer::Unclear(why), "{line:?}");
        assert_eq!(to_reason(line), Err(why), "{line:?}");
    }
}
