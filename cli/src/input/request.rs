//! Admission requests, as the API server sends them.

use std::fmt;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

/// Reads an AdmissionRequest, or the one inside an AdmissionReview, in JSON from a file or, for `-`, from standard
/// input.
///
/// # Errors
/// The file cannot be read, or does not hold a request; the text begins with the path.
pub fn load(path: &Path) -> Result<Value, String> {
    let in_file = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
    let mut text = String::new();
    if path.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).map_err(|error| in_file(&error))?;
    } else {
        text = std::fs::read_to_string(path).map_err(|error| in_file(&error))?;
    }
    parse(&text).map_err(|error| in_file(&error))
}

/// What is wrong with an AdmissionReview that holds a response, for example.
pub const REVIEW_WITHOUT_REQUEST: &str = "the AdmissionReview has no request";

/// Whether a document is an AdmissionReview.
pub fn is_review(document: &Value) -> bool {
    document.get("kind").and_then(Value::as_str) == Some("AdmissionReview")
}

/// Whether a document is an AdmissionRequest: its `kind` is a mapping, which names that of the object.
pub fn is_request(document: &Value) -> bool {
    document.pointer("/kind/kind").is_some_and(Value::is_string)
}

fn parse(text: &str) -> Result<Value, String> {
    let mut request: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if is_review(&request) {
        request = request.get("request").cloned().ok_or(REVIEW_WITHOUT_REQUEST)?;
    }
    if request.is_object() { Ok(request) } else { Err("not an AdmissionRequest".to_owned()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_may_be_inside_a_review() {
        let request = json!({"uid": "1", "kind": {"kind": "Pod"}});
        assert_eq!(parse(&request.to_string()), Ok(request.clone()));
        let review = json!({"kind": "AdmissionReview", "request": request});
        assert_eq!(parse(&review.to_string()), Ok(request));
        for text in ["", "[]", r#"{"kind": "AdmissionReview"}"#, r#"{"kind": "AdmissionReview", "request": 1}"#] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
