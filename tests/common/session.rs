//! Recorded answers of a cluster, in the format that kwctl writes and replays.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use serde_yaml::value::TaggedValue;
use windows_hostprocess_policy::cluster::Host;

/// The exchanges that are still to come.
#[derive(Debug)]
pub struct Session(RefCell<VecDeque<Exchange>>);

#[derive(Debug, Deserialize)]
struct Exchange {
    request: String,
    response: Response,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
enum Response {
    Success { payload: String },
    Error { message: String },
}

impl Session {
    pub fn load(path: &Path) -> Session {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Session(serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    /// How many exchanges nobody asked for.
    pub fn left_over(&self) -> usize {
        self.0.borrow().len()
    }
}

impl Host for Session {
    fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String> {
        let exchange = self.0.borrow_mut().pop_front().ok_or("the list of recorded responses is empty")?;
        let expected: TaggedValue = serde_yaml::from_str(&exchange.request).expect("a tagged request");
        let type_ = match operation {
            "list_resources_all" => "KubernetesListResourceAll",
            "get_resource" => "KubernetesGetResource",
            "can_i" => "KubernetesCanI",
            _ => panic!("the policy uses no {operation}"),
        };
        let mut request: Value = serde_json::from_slice(request).expect("JSON");
        if let Some(review) = request.as_object_mut().and_then(|members| members.remove("subject_access_review")) {
            request["request"] = review;
        }
        let parameters: Value = serde_yaml::from_value(expected.value).expect("parameters");
        assert_eq!((expected.tag == type_, &request), (true, &parameters), "the recorded request, of {}", expected.tag);
        match exchange.response {
            Response::Success { payload } => Ok(payload.into_bytes()),
            Response::Error { message } => Err(message),
        }
    }
}
