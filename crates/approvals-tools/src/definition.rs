//! What a list says of one tool, none of which is believed where it would loosen anything.

use approvals_core::{Digest, Risk};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, Validator};
use serde::Deserialize;
use serde_json::Value;

use crate::cost;
use crate::error::ToolsError;

/// The most bytes that one tool's definition may have.
const MAX_DEFINITION: usize = 64 * 1024;

/// The most mistakes that a model is told at once.
const MAX_MISTAKES: usize = 5;

/// The most letters of one of them.
const MAX_TOLD: usize = 300;

/// The most steps that checking arguments may take if their mistakes are to be listed.
const MAX_STEPS_TOLD: usize = 20_000;

/// The most bytes of one compiled pattern.
const MAX_PATTERN: usize = 256 * 1024;

/// A tool, as MCP's `tools/list` has it, and as model providers want it. What else a list says is not needed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    name: String,
    #[serde(alias = "input_schema", alias = "parameters")]
    input_schema: Value,
    #[serde(default)]
    annotations: Hints,
}

/// What the list claims of what a tool does.
#[derive(Debug, Default, Deserialize)]
struct Hints {
    #[serde(rename = "readOnlyHint")]
    read_only: Option<bool>,
    #[serde(rename = "destructiveHint")]
    destructive: Option<bool>,
    #[serde(rename = "idempotentHint")]
    idempotent: Option<bool>,
    #[serde(rename = "openWorldHint")]
    open_world: Option<bool>,
}

/// What a tool takes, and what is said of it.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: String,
    schema: Value,
    validator: Validator,
    /// The least risk, whatever is said for all tools.
    pub(crate) at_least: Risk,
    pub(crate) tags: Vec<String>,
}

impl Definition {
    pub(crate) fn parse(listed: &Value) -> Result<Self, ToolsError> {
        let bytes = approvals_core::canonical::to_bytes(listed, MAX_DEFINITION);
        let limit = MAX_DEFINITION;
        let bytes = bytes
            .map_err(|_large| ToolsError::TooLarge { what: "the definition of a tool", limit })?;
        let tool = Listed::deserialize(listed);
        let Listed { name, input_schema, annotations } =
            tool.map_err(|error| ToolsError::NotAList(error.to_string()))?;
        let validator = validator(&name, &input_schema)?;
        let mut tags: Vec<String> = annotations.claims().map(str::to_owned).collect();
        // Another definition under the same name is another action.
        tags.push(format!("definition:{}", Digest::of("tool", &bytes)));
        let claims_harm = annotations.destructive == Some(true);
        let at_least = if claims_harm { Risk::High } else { Risk::Low };
        Ok(Self { name, schema: input_schema, validator, at_least, tags })
    }

    /// What is wrong with the arguments, without saying what they are.
    pub(crate) fn check(&self, arguments: &Value) -> Result<(), String> {
        let steps = cost::check_arguments(&self.schema, arguments)?;
        if self.validator.is_valid(arguments) {
            return Ok(());
        }
        // To list the mistakes makes all of them first.
        if steps > MAX_STEPS_TOLD {
            return Err("they are much, and somewhere in them is a mistake".into());
        }
        let mut mistakes = self.validator.iter_errors(arguments).map(|mistake| {
            let place = mistake.instance_path().to_string();
            format!("{}: {}", shortened(&place), shortened(&mistake.masked().to_string()))
        });
        let told: Vec<String> = mistakes.by_ref().take(MAX_MISTAKES).collect();
        let more = if mistakes.next().is_some() { "; and more" } else { "" };
        Err(format!("{}{more}", told.join("; ")))
    }
}

/// Not longer than a model needs: what a mistake names is as long as the schema and the arguments make it.
fn shortened(text: &str) -> String {
    let mut letters = text.chars();
    let short: String = letters.by_ref().take(MAX_TOLD).collect();
    if letters.next().is_some() { format!("{short}…") } else { short }
}

impl Hints {
    /// As tags, which policies may look at to ask for more, and never to ask for less.
    fn claims(&self) -> impl Iterator<Item = &'static str> {
        let claims = [
            (self.read_only, "claims:read-only"),
            (self.destructive, "claims:destructive"),
            (self.idempotent, "claims:idempotent"),
            (self.open_world, "claims:open-world"),
        ];
        claims.into_iter().filter(|(claim, _)| *claim == Some(true)).map(|(_, tag)| tag)
    }
}

/// Patterns are matched in linear time, and nothing is fetched: the list may be somebody else's.
fn validator(tool: &str, schema: &Value) -> Result<Validator, ToolsError> {
    let refuse = |problem: String| ToolsError::Schema { tool: tool.to_owned(), problem };
    if !schema.is_object() {
        return Err(refuse("it is not a JSON object".into()));
    }
    cost::check_schema(schema).map_err(refuse)?;
    let patterns = PatternOptions::regex().size_limit(MAX_PATTERN);
    let options = jsonschema::options().with_pattern_options(patterns);
    options.build(schema).map_err(|error| {
        let is_pattern =
            matches!(error.kind(), ValidationErrorKind::Format { format } if format == "regex");
        refuse(if is_pattern {
            format!(
                "{} is no pattern that is matched in linear time (https://docs.rs/regex), or is too large: write it without look-around and back-references, or leave it out",
                shortened(&error.instance().to_string())
            )
        } else {
            shortened(&error.to_string())
        })
    })
}
