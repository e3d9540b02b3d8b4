//! What texts in the attribute may say.

use proc_macro2::Span;
use quote::format_ident;
use syn::{Ident, LitStr};

use crate::errors::Errors;

pub(crate) fn risk(text: Option<LitStr>, errors: &mut Errors) -> Option<Ident> {
    let Some(text) = text else { return Some(format_ident!("High")) };
    let variant = match text.value().as_str() {
        "low" => "Low",
        "medium" => "Medium",
        "high" => "High",
        "critical" => "Critical",
        other => {
            let message =
                format!("unknown risk `{other}`: expected `low`, `medium`, `high` or `critical`");
            errors.at(&text, message);
            return None;
        }
    };
    Some(Ident::new(variant, Span::mixed_site()))
}

/// The grammar of `ActionName`, so that a name that compiles also parses, and what is not reserved.
pub(crate) fn action_name(text: &LitStr, errors: &mut Errors) -> bool {
    let name = text.value();
    let segment = |segment: &str| {
        segment.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && segment.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
    };
    if name.len() > 120 {
        errors
            .at(text, format!("an action name has at most 120 bytes, and this has {}", name.len()));
        return false;
    }
    let fits = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('.').all(segment);
    if !fits {
        let message = "is not an action name: expected lower-case segments joined by dots, such as `s3.export`";
        errors.at(text, format!("`{}` {message}", name.escape_debug()));
    }
    let is_reserved = name.split('.').next() == Some("approvals");
    if is_reserved {
        let message = "names an act on the approvals themselves, which is asked for at a `Desk`: choose another name";
        errors.at(text, format!("`{}` {message}", name.escape_debug()));
    }
    fits && !is_reserved
}

/// The grammar of tags, as `Description::tag` has it.
pub(crate) fn tags(texts: &[LitStr], errors: &mut Errors) {
    if let Some(beyond) = texts.get(32) {
        errors.at(beyond, "an action has at most 32 tags");
    }
    let mut known = Vec::new();
    for text in texts {
        let tag = text.value();
        let is_visible = tag.bytes().all(|byte| byte.is_ascii_graphic());
        if tag.is_empty() || tag.len() > 100 || !is_visible {
            errors.at(text, "a tag is 1 to 100 visible ASCII characters, without a space");
        } else if known.contains(&tag) {
            errors.at(text, format!("the tag `{tag}` is given twice"));
        }
        known.push(tag);
    }
}

/// A time such as `90s` or `1h30m`, in milliseconds.
pub(crate) fn time(text: &LitStr, errors: &mut Errors) -> Option<u64> {
    const YEAR: u64 = 366 * 24 * 60 * 60;
    let seconds = seconds(&text.value()).filter(|seconds| (1..=YEAR).contains(seconds));
    if seconds.is_none() {
        let message = "expected a time from one second to a year, such as `90s`, `15m` or `1h30m`";
        errors.at(text, message);
    }
    seconds?.checked_mul(1000)
}

fn seconds(mut text: &str) -> Option<u64> {
    let mut sum = None;
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit())?;
        let (count, rest) = text.split_at_checked(end)?;
        let unit = rest.chars().next()?;
        let unit_seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => return None,
        };
        let part = count.parse::<u64>().ok()?.checked_mul(unit_seconds)?;
        sum = Some(sum.unwrap_or(0_u64).checked_add(part)?);
        text = rest.get(1..)?;
    }
    sum
}

/// Whether the body gets what was decoded from the approved bytes.
pub(crate) fn decoded(text: &LitStr, errors: &mut Errors) {
    let text_value = text.value();
    if text_value != "decoded" {
        let message = format!(
            "unknown way to bind `{}`: expected `decoded`, or leave it out",
            text_value.escape_debug()
        );
        errors.at(text, message);
    }
}
