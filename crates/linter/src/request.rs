//! Parses admission requests in the format of the API server.

use serde_json::Value;

/// Why a text is not an admission request.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The parser's message.
    #[error(transparent)]
    NotJson(#[from] serde_json::Error),
    /// An AdmissionReview that holds a response, for example.
    #[error("the AdmissionReview has no request")]
    NoRequest,
    /// The request is not an object.
    #[error("not an AdmissionRequest")]
    NotAnObject,
}

/// Parses an AdmissionRequest, or the one inside an AdmissionReview, in JSON.
///
/// # Errors
/// The text does not hold a request.
pub fn parse(text: &str) -> Result<Value, RequestError> {
    let mut request: Value = serde_json::from_str(text)?;
    if is_review(&request) {
        request = request.get("request").cloned().ok_or(RequestError::NoRequest)?;
    }
    if request.is_object() { Ok(request) } else { Err(RequestError::NotAnObject) }
}

/// Whether a document is an AdmissionReview.
pub fn is_review(document: &Value) -> bool {
    document.get("kind").and_then(Value::as_str) == Some("AdmissionReview")
}

/// Whether a document is an AdmissionRequest: its `kind` is a mapping that names the kind of the object.
pub fn is_request(document: &Value) -> bool {
    document.pointer("/kind/kind").is_some_and(Value::is_string)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_may_be_inside_a_review() {
        let request = json!({"uid": "1", "kind": {"kind": "Pod"}});
        assert_eq!(parse(&request.to_string()).ok(), Some(request.clone()));
        let review = json!({"kind": "AdmissionReview", "request": request});
        assert_eq!(parse(&review.to_string()).ok(), Some(request));
        for text in ["", "[]", r#"{"kind": "AdmissionReview"}"#, r#"{"kind": "AdmissionReview", "request": 1}"#] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
