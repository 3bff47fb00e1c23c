//! Recorded answers of a cluster: the host capability sessions that kwctl writes with
//! `--record-host-capabilities-interactions`.
//!
//! A session is a list of exchanges. Each holds the request as YAML text, tagged with its type, and the response. They
//! are consumed in order. Callers choose which queries to answer: `hostprocess run` answers those of a module, the
//! policy's tests those of native code.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;
use serde_json::{Map, Value};

/// Recorded exchanges and the position of the next one.
#[derive(Debug)]
pub struct Session {
    exchanges: Arc<[Exchange]>,
    replayed: AtomicUsize,
}

#[derive(Debug)]
struct Exchange {
    request: Request,
    response: Response,
}

/// A query from a policy to its host: `KubernetesGetResource` and its parameters.
#[derive(Debug, PartialEq)]
pub struct Request {
    type_: String,
    parameters: Value,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
enum Response {
    Success { payload: String },
    Error { message: String },
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Recorded {
    Exchange { request: String, response: Response },
}

/// Why a text is not a session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Not valid YAML; the parser's message.
    #[error("{0}")]
    NotYaml(String),
    /// The text has no document, or several.
    #[error("not one YAML document")]
    NotOneDocument,
    /// The document is not a list of exchanges.
    #[error(transparent)]
    NotExchanges(#[from] serde_json::Error),
    /// A request does not begin with its type.
    #[error("it has no type, such as !KubernetesGetResource")]
    HasNoType,
    /// A request cannot be read.
    #[error("request {number}: {error}")]
    Request {
        /// The number of the exchange, from 1.
        number: usize,
        /// The reason.
        error: Box<SessionError>,
    },
}

impl Session {
    /// Reads a session.
    ///
    /// # Errors
    /// An entry in it is not an exchange.
    pub fn read(text: &str) -> Result<Session, SessionError> {
        let document = single_document(text)?;
        let recorded: Vec<Recorded> = serde_json::from_value(document.value)?;
        let exchanges = recorded.into_iter().enumerate().map(|(index, Recorded::Exchange { request, response })| {
            let invalid = |error| SessionError::Request { number: index + 1, error: Box::new(error) };
            Ok(Exchange { request: Request::read(&request).map_err(invalid)?, response })
        });
        let exchanges = exchanges.collect::<Result<_, SessionError>>()?;
        Ok(Session { exchanges, replayed: AtomicUsize::new(0) })
    }

    /// The same session, starting over.
    #[must_use]
    pub fn rewound(&self) -> Session {
        Session { exchanges: Arc::clone(&self.exchanges), replayed: AtomicUsize::new(0) }
    }

    /// The recorded response to the next request.
    ///
    /// # Errors
    /// The recording has an error or a different request here, or no request is left.
    pub fn answer(&self, request: &Request) -> Result<Vec<u8>, String> {
        match self.exchanges.get(self.replayed.fetch_add(1, Ordering::Relaxed)) {
            None => Err("the list of recorded responses is empty".to_owned()),
            Some(exchange) if exchange.request != *request => Err(format!(
                "Replay error: unexpected request. Was expecting {} {}, got {} {} instead",
                exchange.request.type_, exchange.request.parameters, request.type_, request.parameters
            )),
            Some(Exchange { response: Response::Success { payload }, .. }) => Ok(payload.clone().into_bytes()),
            Some(Exchange { response: Response::Error { message }, .. }) => Err(message.clone()),
        }
    }

    /// The number of exchanges that were not requested.
    pub fn left_over(&self) -> usize {
        self.exchanges.len().saturating_sub(self.replayed.load(Ordering::Relaxed))
    }
}

fn single_document(text: &str) -> Result<kubernetes_yaml::YamlDocument, SessionError> {
    let mut documents = kubernetes_yaml::documents(text);
    match (documents.pop(), documents.is_empty()) {
        (Some(document), true) => document.map_err(|error| SessionError::NotYaml(error.message)),
        _ => Err(SessionError::NotOneDocument),
    }
}

impl Request {
    /// Parses a recorded request: `!KubernetesGetResource` and its parameters.
    fn read(text: &str) -> Result<Request, SessionError> {
        let document = single_document(text)?;
        let type_ = document.tag.ok_or(SessionError::HasNoType)?;
        Ok(Request { type_, parameters: comparable(document.value) })
    }

    /// The request for a call of a policy.
    ///
    /// # Errors
    /// The operation is not a Kubernetes capability, or the payload is not JSON.
    pub fn of(operation: &str, payload: &[u8]) -> Result<Request, String> {
        let type_ = match operation {
            "list_resources_all" => "KubernetesListResourceAll",
            "list_resources_by_namespace" => "KubernetesListResourceNamespace",
            "get_resource" => "KubernetesGetResource",
            "can_i" => "KubernetesCanI",
            _ => return Err(format!("unknown operation: {operation}")),
        };
        let mut parameters: Value = serde_json::from_slice(payload).map_err(|error| error.to_string())?;
        if let Some(review) = parameters.as_object_mut().and_then(|members| members.remove("subject_access_review")) {
            parameters["request"] = review;
        }
        Ok(Request { type_: type_.to_owned(), parameters: comparable(parameters) })
    }

    /// The requested kind, such as `v1/Node`, if any.
    pub fn resource(&self) -> Option<String> {
        let text = |key: &str| self.parameters.get(key).and_then(Value::as_str);
        (self.type_ != "KubernetesCanI")
            .then(|| format!("{}/{}", text("api_version").unwrap_or_default(), text("kind").unwrap_or_default()))
    }
}

/// Normalises a request for comparison: `null` equals absent, and field masks are unordered.
fn comparable(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(members.map(|(key, value)| (key, comparable(value))).map(sorted_masks).collect::<Map<_, _>>())
        }
        value => value,
    }
}

fn sorted_masks((key, mut value): (String, Value)) -> (String, Value) {
    if let ("field_masks", Value::Array(masks)) = (key.as_str(), &mut value) {
        masks.sort_by_key(Value::to_string);
        masks.dedup();
    }
    (key, value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SESSION: &str = r#"
- type: Exchange
  request: |
    !KubernetesListResourceAll
    api_version: v1
    kind: Node
    label_selector: kubernetes.io/os=windows
    field_selector: null
    field_masks: [b, a]
  response:
    type: Success
    payload: '{"items":[]}'
- type: Exchange
  request: |
    !KubernetesGetResource
    api_version: node.k8s.io/v1
    kind: RuntimeClass
    name: x
    namespace: null
    disable_cache: false
  response:
    type: Error
    message: not found
- type: Exchange
  request: |
    !KubernetesCanI
    request:
      groups: null
      resource_attributes: {resource: pods, verb: get}
      user: jane
    disable_cache: true
  response: {type: Success, payload: "{}"}
"#;

    fn payload(value: &Value) -> Vec<u8> {
        value.to_string().into_bytes()
    }

    fn nodes() -> Vec<u8> {
        payload(&json!({"api_version": "v1", "kind": "Node", "label_selector": "kubernetes.io/os=windows",
            "field_selector": null, "field_masks": ["a", "b"]}))
    }

    fn ask(session: &Session, operation: &str, payload: &[u8]) -> Result<Vec<u8>, String> {
        session.answer(&Request::of(operation, payload)?)
    }

    #[test]
    fn a_session_is_replayed_in_order() {
        let session = Session::read(SESSION).expect("valid");
        assert_eq!(ask(&session, "list_resources_all", &nodes()), Ok(b"{\"items\":[]}".to_vec()));
        let class = payload(&json!({"api_version": "node.k8s.io/v1", "kind": "RuntimeClass", "name": "x",
            "disable_cache": false}));
        assert_eq!(ask(&session, "get_resource", &class), Err("not found".to_owned()));
        let review = payload(&json!({"subject_access_review": {"groups": null, "user": "jane",
            "resource_attributes": {"resource": "pods", "verb": "get"}}, "disable_cache": true}));
        assert_eq!(session.left_over(), 1);
        assert_eq!(ask(&session, "can_i", &review), Ok(b"{}".to_vec()));
        let error = ask(&session, "can_i", &review).expect_err("none is left");
        assert!(error == "the list of recorded responses is empty", "{error}");
    }

    #[test]
    fn an_unexpected_request_is_an_error_and_consumes_the_exchange() {
        let session = Session::read(SESSION).expect("valid");
        let error = ask(&session, "get_resource", &payload(&json!({"api_version": "v1", "kind": "Node"})));
        assert!(error.expect_err("refused").starts_with("Replay error: unexpected request"));
        assert_eq!(session.left_over(), 2);
    }

    #[test]
    fn malformed_sessions_are_errors() {
        for text in
            ["", "a: 1", "- type: Other", "- {type: Exchange, request: 'a: 1', response: {type: Error, message: x}}"]
        {
            assert!(Session::read(text).is_err(), "{text}");
        }
        assert_eq!(Session::read("[]").expect("valid").left_over(), 0);
    }
}
