//! Values with missing or superfluous quotes, which change their type.

use serde_json::Value;
use windows_hostprocess_policy::decode::error::WrongType;

/// The fix if only quotes make the difference between the found and the expected type; otherwise empty. `written` is
/// the value in the text, after its key.
pub fn quotes(wrong_type: &WrongType, written: &str) -> String {
    let value = written.rsplit_once(':').map_or(written, |(_, value)| value).trim_start_matches([' ', '-']).trim_end();
    let unquoted = value.trim_matches(['"', '\'']);
    let read = kubernetes_yaml::documents(unquoted).pop().and_then(Result::ok).map(|document| document.value);
    let is_quoted = unquoted != value;
    match (wrong_type.found, &*wrong_type.expected, read) {
        ("a number", "a string", Some(Value::Number(_))) if !is_quoted => {
            format!("write \"{value}\" with the quotes, without them it is a number")
        }
        ("a boolean", "a string", Some(Value::Bool(_))) if !is_quoted => {
            format!("write \"{value}\" with the quotes, without them it is a boolean")
        }
        ("a string", "a boolean", Some(Value::Bool(_))) | ("a string", "an integer", Some(Value::Number(_)))
            if is_quoted =>
        {
            format!("write {unquoted} without the quotes")
        }
        _ => String::new(),
    }
}
