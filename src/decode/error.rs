//! What could not be read, and the path to it.

use serde_json_borrow::Value;

/// A value that could not be read. Boxed, so that results stay small.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// From the value outwards.
    path: Vec<Step>,
    message: String,
    is_wrong_type: bool,
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
        Error(Box::new(Inner { path: Vec::new(), message: message.into(), is_wrong_type: false }))
    }

    /// A value of another type than expected, such as `"a list"`.
    #[cold]
    pub fn wrong_type(found: &Value, expected: &str) -> Error {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Str(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        let mut error = Error::new(format!("found {found}, expected {expected}"));
        error.0.is_wrong_type = true;
        error
    }

    /// Whether the value, or the one inside it that the error is about, is of another type than expected.
    pub fn is_wrong_type(&self) -> bool {
        self.0.is_wrong_type
    }

    /// The same error, seen from the object that has the value as a member.
    #[cold]
    pub fn in_member(mut self, key: &str) -> Error {
        self.0.path.push(Step::Member(key.to_owned()));
        self
    }

    /// The same error, seen from the list that has the value as an item.
    #[cold]
    pub fn in_item(mut self, index: usize) -> Error {
        self.0.path.push(Step::Item(index));
        self
    }

    /// The path of the value in what was read: `spec.containers[1].name`. Empty for the whole.
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

    /// What is wrong, without the path.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}
