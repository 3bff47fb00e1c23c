//! A YAML or JSON file that holds one document: settings, a configuration.

use std::path::Path;

use kubernetes_yaml::{Located, YamlDocument};
use serde_json::Value;

use crate::input::manifest::{already_there, documents};
use crate::input::source::Source;

/// What such a file says, and where.
#[derive(Clone, Debug)]
pub struct Document {
    /// Name and text.
    pub source: Source,
    /// `null` for an empty file.
    pub value: Value,
    /// The place of each part of the value.
    pub node: Located,
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// The file cannot be read, or as for [`Document::parse`]; the text begins with the path.
    pub fn load(path: &Path) -> Result<Document, String> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: cannot be read: {error}"))?;
        Document::parse(&name, &text)
    }

    /// Parses a text.
    ///
    /// # Errors
    /// It is neither YAML nor JSON, has several documents, or a key is written twice in one mapping; the text begins with the
    /// name, line and column.
    pub fn parse(name: &str, text: &str) -> Result<Document, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let source = Source::new(name, text.to_owned());
        let mut documents = documents(text).into_iter();
        let YamlDocument { value, node, repeated_keys, .. } = match documents.next() {
            None => YamlDocument::default(),
            Some(Ok(document)) => document,
            Some(Err(error)) => {
                return Err(source.error_at(error.offset, &format!("not valid YAML: {}", error.message)));
            }
        };
        if let Some(again) = repeated_keys.first() {
            return Err(source.error_at(again.offset, &already_there(&again.key)));
        }
        match documents.next() {
            None => Ok(Document { source, value, node }),
            Some(second) => {
                let offset = second.map_or_else(|error| error.offset, |second| second.node.place().start);
                Err(source.error_at(offset, "a second document; only one is read from this file"))
            }
        }
    }

    /// A message about the value at a path, or about its nearest ancestor that is there: `settings.yaml:3:1: profile: what is wrong`.
    pub fn error(&self, path: &str, message: &str) -> String {
        let message = if path.is_empty() { message.to_owned() } else { format!("{path}: {message}") };
        self.source.error_at(self.node.nearest(path).place().start, &message)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn error(text: &str) -> String {
        Document::parse("x.yaml", text).expect_err(text)
    }

    #[test]
    fn a_document_is_yaml_or_json() {
        let value = |text: &str| Document::parse("x", text).expect(text).value;
        assert_eq!(value("profile: strict\n---\n# nothing more\n"), json!({"profile": "strict"}));
        assert_eq!(value("\u{feff}{\"allow\": [\"\\/\"]}"), json!({"allow": ["/"]}));
        assert_eq!(value("# empty"), Value::Null);
    }

    #[test]
    fn what_is_ambiguous_or_unreadable_is_an_error_at_its_place() {
        assert_eq!(error("a: 1\na: 2"), "x.yaml:2:1: the key \"a\" is already there");
        assert_eq!(error("a: 1\n---\nb: 2"), "x.yaml:3:1: a second document; only one is read from this file");
        assert!(error("a: 1\n---\nb: [").starts_with("x.yaml:3:5: a second document"), "{}", error("a: 1\n---\nb: ["));
        assert!(error("a: [").starts_with("x.yaml:1:5: not valid YAML: "), "{}", error("a: ["));
        assert!(
            Document::load(Path::new("no-such-file")).expect_err("none").starts_with("no-such-file: cannot be read: ")
        );
    }

    #[test]
    fn an_error_names_the_nearest_line() {
        let document = Document::parse("x.yaml", "a:\n  b: [1, 2]\n").expect("YAML");
        assert_eq!(document.error("a.b[1]", "is even"), "x.yaml:2:10: a.b[1]: is even");
        assert_eq!(document.error("a.c", "is missing"), "x.yaml:1:1: a.c: is missing");
        assert_eq!(document.error("", "is odd"), "x.yaml:1:1: is odd");
    }
}
