//! The policy's settings.

use std::path::Path;

use serde_json::{Value, json};

use crate::input::manifest::already_there;
use crate::input::source::Source;

/// Reads settings from a YAML or JSON file.
///
/// # Errors
/// The file cannot be read, or does not hold a mapping; the text begins with the path.
pub fn load(path: &Path) -> Result<Value, String> {
    std::fs::read_to_string(path)
        .map_err(|error| error.to_string())
        .and_then(|text| parse(&text))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Parses settings in YAML or JSON. An empty text is an empty mapping.
///
/// # Errors
/// The text is not a mapping; for a syntax error the message begins with line and column.
pub fn parse(text: &str) -> Result<Value, String> {
    match kubernetes_yaml::documents(text).pop() {
        None => Ok(json!({})),
        Some(Ok(document)) => match document.repeated_keys.first() {
            Some(again) => Err(at(text, again.offset, &already_there(&again.key))),
            None if document.value.is_object() => Ok(document.value),
            None => Err("settings must be a mapping".to_owned()),
        },
        Some(Err(error)) => Err(at(text, error.offset, &error.message)),
    }
}

fn at(text: &str, offset: usize, message: &str) -> String {
    let (line, column) = Source::new("", text.to_owned()).line_and_column(offset);
    format!("{line}:{column}: {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_yaml_or_json_mappings() {
        assert_eq!(parse("profile: strict"), Ok(json!({"profile": "strict"})));
        assert_eq!(parse(r#"{"allow": []}"#), Ok(json!({"allow": []})));
        assert_eq!(parse("# empty"), Ok(json!({})));
        assert!(parse("[]").is_err());
        assert!(parse("a: [").expect_err("refused").starts_with('1'));
        assert_eq!(parse("a: 1\na: 2").expect_err("refused"), "2:1: the key \"a\" is already there");
    }
}
