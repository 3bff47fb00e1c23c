//! Decoding errors, with the path of the unreadable field.

use std::borrow::Cow;

use serde_json_borrow::Value;

/// An unreadable value. Boxed to keep results small.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// From the value outwards.
    path: Vec<Step>,
    message: String,
    wrong_type: Option<WrongType>,
    is_too_many_items: bool,
}

/// The types of a value of the wrong type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongType {
    /// `"a number"`.
    pub found: &'static str,
    /// `"a list"`.
    pub expected: Cow<'static, str>,
}

#[derive(Debug)]
enum Step {
    Member(String),
    Item(usize),
}

impl Error {
    /// An error about the value itself.
    #[cold]
    pub fn new(message: impl Into<String>) -> Error {
        Error(Box::new(Inner { path: Vec::new(), message: message.into(), wrong_type: None, is_too_many_items: false }))
    }

    /// An error about a value of the wrong type; `expected` is, for example, `"a list"`.
    #[cold]
    pub fn wrong_type(found: &Value, expected: impl Into<Cow<'static, str>>) -> Error {
        let expected = expected.into();
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Str(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        let mut error = Error::new(format!("found {found}, expected {expected}"));
        error.0.wrong_type = Some(WrongType { found, expected });
        error
    }

    /// The found and expected types, if the error is about a wrong type.
    pub fn types(&self) -> Option<&WrongType> {
        self.0.wrong_type.as_ref()
    }

    /// An error about an object with too many list items and map members.
    #[cold]
    pub(super) fn too_many(most: usize) -> Error {
        let message = format!("more than {most} items of lists and members of maps, too many to judge");
        let mut error = Error::new(message);
        error.0.is_too_many_items = true;
        error
    }

    /// Whether the object has too many list items and map members.
    pub fn is_too_many_items(&self) -> bool {
        self.0.is_too_many_items
    }

    /// Prepends the key under which the value is a member to the path.
    #[cold]
    pub fn in_member(mut self, key: &str) -> Error {
        self.0.path.push(Step::Member(key.to_owned()));
        self
    }

    /// Prepends the index at which the value is an item to the path.
    #[cold]
    pub fn in_item(mut self, index: usize) -> Error {
        self.0.path.push(Step::Item(index));
        self
    }

    /// The path of the value: `spec.containers[1].name`. Empty for the root.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.0.path.iter().rev() {
            match step {
                Step::Item(index) => path.push_str(&format!("[{index}]")),
                Step::Member(key) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                }
            }
        }
        path
    }

    /// The message, without the path.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}
