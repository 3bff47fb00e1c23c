//! The policy's settings.

use serde_json::{Value, json};
use windows_hostprocess_policy::decode::Value as Tree;
use windows_hostprocess_policy::read_settings;
use windows_hostprocess_policy::settings::validation::Invalid;

use crate::document::{Document, DocumentError};
use crate::kubewarden::{self, joined};
use crate::object::tree;

/// Settings and the document they come from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The settings as a mapping.
    pub value: Value,
    /// Their document and their path in it.
    written: Option<(Document, String)>,
}

/// Why settings are not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// An error at a place in their document.
    #[error(transparent)]
    Written(#[from] DocumentError),
    /// An error in settings that come from no document.
    #[error("{0}")]
    Unwritten(Invalid),
}

impl Default for Settings {
    /// The policy's defaults.
    fn default() -> Self {
        Settings { value: json!({}), written: None }
    }
}

impl Settings {
    /// Parses settings in YAML or JSON: the settings themselves, or a Kubewarden policy that contains them. An empty
    /// text is an empty mapping.
    ///
    /// # Errors
    /// The text is not a mapping; the message begins with the name.
    pub fn parse(name: &str, text: &str) -> Result<Settings, DocumentError> {
        let document = Document::parse(name, text)?;
        let (value, path) = match kubewarden::configured_in(&document.value) {
            Ok(Some(policy)) => (policy.settings.clone(), policy.settings_path()),
            Ok(None) => (document.value.clone(), String::new()),
            Err(error) => return Err(document.error(&error.path, &error.message)),
        };
        Settings::new(value, document, path)
    }

    /// Settings at a path of a document. `null` is an empty mapping.
    ///
    /// # Errors
    /// They are not a mapping; the message begins with the place.
    pub fn new(value: Value, document: Document, path: String) -> Result<Settings, DocumentError> {
        let value = if value.is_null() { json!({}) } else { value };
        if !value.is_object() {
            return Err(document.error(&path, "settings must be a mapping"));
        }
        Ok(Settings { value, written: Some((document, path)) })
    }

    /// Their path in their document; empty if they are the whole document, or come from none.
    pub fn path(&self) -> &str {
        self.written.as_ref().map_or("", |(_, path)| path)
    }

    /// The settings as rules read them.
    pub fn tree(&self) -> Tree<'_> {
        tree(&self.value)
    }

    /// Validates them like the policy does when it is loaded.
    ///
    /// # Errors
    /// They are not valid.
    pub fn check(&self) -> Result<(), SettingsError> {
        read_settings(&self.tree()).map(drop).map_err(|invalid| self.error(invalid))
    }

    /// A validation error, located in their document.
    pub fn error(&self, invalid: Invalid) -> SettingsError {
        match &self.written {
            Some((document, path)) => document.error(&joined(path, &invalid.path), &invalid.message).into(),
            None => SettingsError::Unwritten(invalid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Value, String> {
        Settings::parse("x", text).map(|settings| settings.value).map_err(|error| error.to_string())
    }

    fn refused(text: &str) -> String {
        Settings::parse("x", text).expect(text).check().expect_err(text).to_string()
    }

    #[test]
    fn settings_are_yaml_or_json_mappings() {
        assert_eq!(parse("profile: strict"), Ok(json!({"profile": "strict"})));
        assert_eq!(parse(r#"{"allow": []}"#), Ok(json!({"allow": []})));
        assert_eq!(parse("# empty"), Ok(json!({})));
        assert_eq!(parse("\n[]").expect_err("refused"), "x:2:1: settings must be a mapping");
    }

    #[test]
    fn invalid_settings_are_reported_with_their_place() {
        let misspelt = "rules:\n  host-netwrok: warn\n";
        let message = "unknown rule, did you mean 'host-network'?";
        assert_eq!(refused(misspelt), format!("x:2:3: rules.host-netwrok: {message}"));
        let settings = Settings { value: json!({"rules": {"host-netwrok": "warn"}}), written: None };
        let error = settings.check().expect_err("refused").to_string();
        assert_eq!(error, format!("settings.rules.host-netwrok: {message}"));
    }
}
