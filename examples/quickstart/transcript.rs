//! A recorded transcript: what a model said, and the tools that it called.

use approvals::canonical::{self, CanonicalError};
use serde_json::{Map, Value};

/// The largest line that is read.
const MAX_LINE: usize = 1024 * 1024;

/// What stands in a message.
#[derive(Debug)]
pub(crate) enum Line {
    Text(String),
    Call(Call),
}

/// A tool call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) input: Map<String, Value>,
}

/// Reads JSON lines, strictly: a duplicate key or a number that would be rounded is an error.
pub(crate) fn read(file: &[u8]) -> Result<Vec<Line>, String> {
    let mut read = Vec::new();
    for (n, line) in file.split(|byte| *byte == b'\n').enumerate() {
        if !line.trim_ascii().is_empty() {
            read.extend(message(line).map_err(|error| {
                format!("line {} of the transcript: {error}", n.saturating_add(1))
            })?);
        }
    }
    Ok(read)
}

/// One assistant message, as the Messages and the Chat Completions APIs return it.
fn message(line: &[u8]) -> Result<Vec<Line>, String> {
    let message = canonical::parse(line, MAX_LINE).map_err(|error| error.to_string())?;
    let mut lines = Vec::new();
    // Only the assistant acts; what users and tools said is in the record as well.
    if message.get("role").is_some_and(|role| role != "assistant") {
        return Ok(lines);
    }
    match message.get("content") {
        Some(Value::String(text)) => lines.push(Line::Text(text.clone())),
        Some(Value::Array(blocks)) => {
            for block in blocks {
                lines.extend(content_block(block)?);
            }
        }
        None | Some(Value::Null) => {}
        Some(Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
            return Err("`content` is neither text nor blocks".into());
        }
    }
    if let Some(Value::Array(calls)) = message.get("tool_calls") {
        for call in calls {
            lines.push(Line::Call(function_call(call)?));
        }
    }
    if lines.is_empty() {
        Err("it has neither `content` nor `tool_calls`".into())
    } else {
        Ok(lines)
    }
}

fn content_block(block: &Value) -> Result<Option<Line>, String> {
    match (block.get("type").and_then(Value::as_str), block.get("text").and_then(Value::as_str)) {
        (Some("text"), Some(text)) => Ok(Some(Line::Text(text.to_owned()))),
        (Some("tool_use"), _) => {
            let (name, input) = (
                block.get("name").and_then(Value::as_str),
                block.get("input").and_then(Value::as_object),
            );
            let (Some(name), Some(input)) = (name, input) else {
                return Err("a `tool_use` needs `name` and `input`".into());
            };
            Ok(Some(Line::Call(Call { name: name.to_owned(), input: input.clone() })))
        }
        // Thinking, and whatever else models return beside text and tools.
        _other => Ok(None),
    }
}

fn function_call(call: &Value) -> Result<Call, String> {
    let function = call.get("function").ok_or("a tool call needs a `function`")?;
    let (name, arguments) = (
        function.get("name").and_then(Value::as_str),
        function.get("arguments").and_then(Value::as_str),
    );
    let (Some(name), Some(arguments)) = (name, arguments) else {
        return Err("a function needs `name` and `arguments`".into());
    };
    let parsed: Result<Value, CanonicalError> = canonical::parse(arguments.as_bytes(), MAX_LINE);
    match parsed.map_err(|error| format!("the arguments of `{}`: {error}", name.escape_debug()))? {
        Value::Object(input) => Ok(Call { name: name.to_owned(), input }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(format!("the arguments of `{}` are not an object", name.escape_debug()))
        }
    }
}
