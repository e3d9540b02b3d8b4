//! Format strings over the parameters: `"s3://{bucket}/{prefix}"`.

use syn::{Ident, LitStr};

use crate::errors::Errors;
use crate::param::Param;
use crate::readable::readable;

/// A format string and the parameters that it prints.
pub(crate) struct Template {
    pub(crate) text: LitStr,
    pub(crate) captures: Vec<Ident>,
}

impl Template {
    /// The value of `key`, which may print what is shown and bound, and nothing else.
    pub(crate) fn over(
        params: &[Param],
        key: &str,
        text: LitStr,
        errors: &mut Errors,
    ) -> Option<Self> {
        let names = captures(&text.value()).map_err(|message| errors.at(&text, message)).ok()?;
        let mut captures = Vec::new();
        for name in names {
            match readable(key, &name, &|name| format!("{{{name}}}"), params) {
                Ok(ident) => captures.push(ident),
                Err(message) => errors.at(&text, message),
            }
        }
        Some(Self { text, captures })
    }
}

/// The names that a format string captures, each once, in order of appearance.
///
/// Stricter than `format_args!`: whatever that macro would read as a reference to a value is either in
/// the result or refused. Otherwise a width such as `{name:token$}` could print a redacted parameter.
pub(crate) fn captures(text: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let doubled = chars.as_str().starts_with(c);
        match c {
            '{' | '}' if doubled => {
                chars.next();
            }
            '{' => {
                let (placeholder, rest) = chars.as_str().split_once('}').ok_or_else(unmatched)?;
                let name = capture(placeholder)?;
                if !names.contains(&name) {
                    names.push(name);
                }
                chars = rest.chars();
            }
            '}' => return Err(unmatched()),
            _ => {}
        }
    }
    Ok(names)
}

fn capture(placeholder: &str) -> Result<String, String> {
    let (name, spec) = placeholder.split_once(':').unwrap_or((placeholder, ""));
    let name = name.trim();
    if placeholder.contains('{') {
        return Err(unmatched());
    }
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!(
            "`{{{placeholder}}}` is positional: name a parameter, as in `{{bucket}}`"
        ));
    }
    if name.contains(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '#')) {
        let advice = "print a parameter as it is, and work other values out in `show(…)`";
        return Err(format!("`{{{placeholder}}}` is more than a name: {advice}"));
    }
    if spec.contains(['$', '*']) {
        let message = "takes its width or precision from a value: write a number";
        return Err(format!("`{{{placeholder}}}` {message}"));
    }
    Ok(name.to_owned())
}

fn unmatched() -> String {
    "unmatched brace: write `{{` or `}}` for a brace that is text".to_owned()
}
