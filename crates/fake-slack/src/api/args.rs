//! The arguments of a call: JSON, a form, or a query.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Map, Value};

use super::Failure;
use crate::form;

/// What a form carries as JSON.
const NESTED: [&str; 4] = ["attachments", "blocks", "metadata", "view"];

/// The arguments of a call, and its token.
#[derive(Clone, Debug)]
pub(crate) struct Args {
    named: Map<String, Value>,
    pub(super) token: Option<String>,
    /// App-level tokens are taken from the header alone.
    pub(super) is_token_in_header: bool,
}

impl Args {
    pub(crate) fn parse(headers: &HeaderMap, query: &str, body: &[u8]) -> Result<Self, Failure> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
        let kind = header(CONTENT_TYPE).split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        let mut args = pairs(query)?;
        match kind.as_str() {
            _ if body.is_empty() => {}
            "application/json" => match serde_json::from_slice(body) {
                Ok(Value::Object(object)) => args.extend(object),
                Ok(_) => return Err(Failure::new("json_not_object")),
                Err(_) => return Err(Failure::new("invalid_json")),
            },
            "application/x-www-form-urlencoded" => {
                let text = std::str::from_utf8(body);
                args.extend(pairs(text.map_err(|_not_utf8| Failure::new("invalid_form_data"))?)?);
            }
            "" => return Err(Failure::new("missing_post_type")),
            _ => return Err(Failure::new("invalid_post_type")),
        }
        let in_header = header(AUTHORIZATION).strip_prefix("Bearer ").map(str::to_owned);
        let in_args = args.remove("token").and_then(|token| token.as_str().map(str::to_owned));
        let is_token_in_header = in_header.is_some();
        Ok(Self { named: args, token: in_header.or(in_args), is_token_in_header })
    }

    /// As an object, without the token, and with everything parsed that is JSON inside.
    pub(super) fn logged(&self) -> Value {
        let mut logged = self.named.clone();
        for name in NESTED {
            if let Some(Ok(value)) = self.nested(name) {
                logged.insert(name.to_owned(), value);
            }
        }
        Value::Object(logged)
    }

    /// A text that is not empty. Numbers and truth values are texts, too.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = match self.named.get(name)? {
            Value::String(text) => text.clone(),
            value @ (Value::Number(_) | Value::Bool(_)) => value.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// A text that has to be there.
    pub(super) fn need(&self, name: &str, or: &str) -> Result<String, Failure> {
        self.text(name).ok_or_else(|| Failure::new(or))
    }

    pub(super) fn is_on(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text == "true" || text == "1")
    }

    /// What is JSON by itself, or as a text; nothing where it is missing.
    pub(super) fn nested(&self, name: &str) -> Option<Result<Value, serde_json::Error>> {
        match self.named.get(name)? {
            Value::Null => None,
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(serde_json::from_str(text)),
            value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Some(Ok(value.clone()))
            }
        }
    }
}

fn pairs(text: &str) -> Result<Map<String, Value>, Failure> {
    let pairs = form::decode(text).ok_or_else(|| Failure::new("invalid_form_data"))?;
    Ok(pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
}
