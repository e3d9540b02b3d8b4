//! The name of an action, from the name of a tool.

use approvals_core::ActionName;

use crate::error::ToolsError;

/// `prefix.tool`, in the letters that names of actions have: `deleteFile` becomes `delete-file`, and a dot, slash, colon or
/// white space a dash. So no tool is one of a longer prefix, whoever named it.
pub(crate) fn action_name(prefix: &str, tool: &str) -> Result<ActionName, ToolsError> {
    let mut action = format!("{prefix}.");
    let mut after_word = false;
    for letter in tool.chars() {
        if letter.is_ascii_uppercase() && after_word {
            action.push('-');
        }
        after_word = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        action.push(match letter {
            '.' | '/' | ':' | ' ' => '-',
            other => other.to_ascii_lowercase(),
        });
    }
    match action.parse::<ActionName>() {
        Ok(name) if !name.is_reserved() => Ok(name),
        Ok(_) | Err(_) => Err(ToolsError::Name { tool: tool.to_owned(), action }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_gives_an_action_that_policies_can_name_or_an_error() {
        for (tool, action) in [
            ("delete_file", "files.delete_file"),
            ("deleteFile", "files.delete-file"),
            ("S3Export", "files.s3-export"),
            ("repo/delete", "files.repo-delete"),
            ("a.b", "files.a-b"),
        ] {
            assert_eq!(action_name("files", tool).unwrap().as_str(), action);
        }
        let long = "x".repeat(200);
        for tool in ["", "löschen", "-x", ".x", "a\n", "_x", &long] {
            let refused = action_name("files", tool).unwrap_err();
            assert!(matches!(refused, ToolsError::Name { .. }), "{tool}");
        }
    }
}
