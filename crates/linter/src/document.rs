//! YAML or JSON files that hold a single document, such as settings or a configuration.

use kubernetes_yaml::{Located, YamlDocument};
use serde_json::Value;

use crate::manifest::{documents, duplicate_key};
use crate::source::Source;

/// A document with the place of each of its parts.
#[derive(Clone, Debug)]
pub struct Document {
    /// Name and text.
    pub source: Source,
    /// `null` for an empty text.
    pub value: Value,
    /// The place of each part of the value.
    pub node: Located,
}

/// An error in a document: `settings.yaml:3:1: profile: what is wrong`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}:{column}: {reason}")]
pub struct DocumentError {
    /// The name of the text.
    pub name: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The error there.
    pub reason: Reason,
}

/// Why a document is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The parser's message.
    #[error("not valid YAML: {0}")]
    NotYaml(String),
    /// A mapping has the same key twice.
    #[error("{}", duplicate_key(.0))]
    RepeatedKey(String),
    /// Only one document is expected.
    #[error("a second document; only one is read from this file")]
    SecondDocument,
    /// The reader of the document does not accept a value.
    #[error("{path}{}{message}", if .path.is_empty() { "" } else { ": " })]
    Value {
        /// Its path in the document; empty for the whole document.
        path: String,
        /// The error in it.
        message: String,
    },
}

impl Document {
    /// Parses a text.
    ///
    /// # Errors
    /// It is neither YAML nor JSON, has several documents, or a mapping has a duplicate key.
    pub fn parse(name: &str, text: &str) -> Result<Document, DocumentError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let source = Source::new(name, text.to_owned());
        let mut documents = documents(text).into_iter();
        let YamlDocument { value, node, repeated_keys, .. } = match documents.next() {
            None => YamlDocument::default(),
            Some(Ok(document)) => document,
            Some(Err(error)) => return Err(error_at(&source, error.offset, Reason::NotYaml(error.message))),
        };
        if let Some(again) = repeated_keys.first() {
            return Err(error_at(&source, again.offset, Reason::RepeatedKey(again.key.clone())));
        }
        match documents.next() {
            None => Ok(Document { source, value, node }),
            Some(second) => {
                let offset = second.map_or_else(|error| error.offset, |second| second.node.place().start);
                Err(error_at(&source, offset, Reason::SecondDocument))
            }
        }
    }

    /// An error about the value at a path, located at its nearest existing ancestor.
    pub fn error(&self, path: &str, message: &str) -> DocumentError {
        let reason = Reason::Value { path: path.to_owned(), message: message.to_owned() };
        error_at(&self.source, self.node.nearest(path).place().start, reason)
    }
}

fn error_at(source: &Source, offset: usize, reason: Reason) -> DocumentError {
    let (line, column) = source.line_and_column(offset);
    DocumentError { name: source.name.clone(), line, column, reason }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn error(text: &str) -> String {
        Document::parse("x.yaml", text).expect_err(text).to_string()
    }

    #[test]
    fn a_document_is_yaml_or_json() {
        let value = |text: &str| Document::parse("x", text).expect(text).value;
        assert_eq!(value("profile: strict\n---\n# nothing more\n"), json!({"profile": "strict"}));
        assert_eq!(value("\u{feff}{\"allow\": [\"\\/\"]}"), json!({"allow": ["/"]}));
        assert_eq!(value("# empty"), Value::Null);
    }

    #[test]
    fn ambiguous_or_unreadable_text_is_an_error_with_its_place() {
        assert_eq!(error("a: 1\na: 2"), "x.yaml:2:1: duplicate key \"a\"");
        assert_eq!(error("a: 1\n---\nb: 2"), "x.yaml:3:1: a second document; only one is read from this file");
        assert!(error("a: 1\n---\nb: [").starts_with("x.yaml:3:5: a second document"), "{}", error("a: 1\n---\nb: ["));
        assert!(error("a: [").starts_with("x.yaml:1:5: not valid YAML: "), "{}", error("a: ["));
    }

    #[test]
    fn an_error_names_the_nearest_line() {
        let document = Document::parse("x.yaml", "a:\n  b: [1, 2]\n").expect("YAML");
        assert_eq!(document.error("a.b[1]", "is even").to_string(), "x.yaml:2:10: a.b[1]: is even");
        assert_eq!(document.error("a.c", "is missing").to_string(), "x.yaml:1:1: a.c: is missing");
        assert_eq!(document.error("", "is odd").to_string(), "x.yaml:1:1: is odd");
    }
}
