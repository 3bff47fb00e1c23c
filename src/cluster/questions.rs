//! Queries of the cluster. The request types are those of the SDK, so that the wire format is policy-server's. Of the
//! answers, only the necessary fields are read.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use kubewarden_policy_sdk::host_capabilities::kubernetes::{
    CanIRequest, GetResourceRequest, ListAllResourcesRequest, SubjectAccessReview,
};

use crate::cluster::host::Host;
use crate::decode::{self, Read, Value, record};

/// The labels of an object in the cluster.
pub type Labels = BTreeMap<String, String>;

/// The cluster during one admission request. Every query is sent only once, regardless of how many rules and objects
/// need the answer.
pub struct Cluster<'h> {
    host: &'h dyn Host,
    exchanges: RefCell<Vec<Exchange>>,
}

/// The JSON of an answer, or why there is none.
pub type RawAnswer = Result<Rc<[u8]>, String>;

/// A query and its answer.
struct Exchange {
    operation: &'static str,
    request: Vec<u8>,
    answer: RawAnswer,
}

impl fmt::Debug for Cluster<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cluster")
    }
}

impl<'h> Cluster<'h> {
    /// The cluster behind a host. This sends no query.
    pub fn new(host: &'h dyn Host) -> Cluster<'h> {
        Cluster { host, exchanges: RefCell::default() }
    }

    /// The labels of a namespace.
    ///
    /// # Errors
    /// The reason why they are unknown: the namespace does not exist, the policy lacks permission, or the cluster does
    /// not answer.
    pub fn namespace_labels(&self, name: &str) -> Result<Labels, String> {
        let namespace: Namespace = read(&self.get("v1", "Namespace", name, &["metadata.labels"])?)?;
        Ok(namespace.metadata.labels.unwrap_or_default())
    }

    /// Whether the cluster allows the access of a SubjectAccessReview.
    ///
    /// # Errors
    /// The reason why it is unknown: the policy lacks permission, or the cluster does not answer.
    pub fn may(&self, review: SubjectAccessReview) -> Result<bool, String> {
        let request = CanIRequest { subject_access_review: review, disable_cache: false };
        let status: Status = read(&self.ask("can_i", serde_json::to_vec(&request))?)?;
        Ok(status.allowed)
    }

    /// The list of the Windows nodes as JSON, with only the necessary fields. All labels are requested, because a field
    /// mask treats the dots in a label's key as nesting. The selector is always the same, because policy-server starts
    /// a watch for every selector: with the pod's selector, its author could start any number of watches.
    ///
    /// # Errors
    /// The reason why they are unknown: the policy lacks permission, or the cluster does not answer.
    pub fn windows_nodes(&self) -> RawAnswer {
        let request = ListAllResourcesRequest {
            api_version: "v1".to_owned(),
            kind: "Node".to_owned(),
            label_selector: Some("kubernetes.io/os=windows".to_owned()),
            field_selector: None,
            field_masks: Some(fields(&[
                "metadata.labels",
                "metadata.name",
                "status.nodeInfo.containerRuntimeVersion",
                "status.nodeInfo.kernelVersion",
                "status.nodeInfo.kubeletVersion",
            ])),
        };
        self.ask("list_resources_all", serde_json::to_vec(&request))
    }

    /// A cluster-scoped object as JSON, with only the fields in `masks`.
    ///
    /// # Errors
    /// The reason why it is unknown: it does not exist, the policy lacks permission, or the cluster does not answer.
    pub fn get(&self, api_version: &str, kind: &str, name: &str, masks: &[&str]) -> RawAnswer {
        let request = GetResourceRequest {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            namespace: None,
            disable_cache: false,
            field_masks: Some(fields(masks)),
        };
        self.ask("get_resource", serde_json::to_vec(&request))
    }

    fn ask(&self, operation: &'static str, request: serde_json::Result<Vec<u8>>) -> RawAnswer {
        let request = request.map_err(|error| error.to_string())?;
        let mut exchanges = self.exchanges.borrow_mut();
        if let Some(known) = exchanges.iter().find(|known| known.operation == operation && known.request == request) {
            return known.answer.clone();
        }
        let answer = self.host.call(operation, &request).map(Rc::from).map_err(first_line);
        exchanges.push(Exchange { operation, request, answer: answer.clone() });
        answer
    }
}

/// The first line of an error, after which a host may add a stack backtrace.
fn first_line(error: String) -> String {
    error.lines().next().unwrap_or_default().to_owned()
}

fn fields(masks: &[&str]) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    for &mask in masks {
        // `collect()` would add a sort implementation to the Wasm module.
        fields.insert(mask.to_owned());
    }
    fields
}

record! {
    #[derive(Default)]
    struct Namespace {
        metadata: Metadata = "metadata" required,
    }
}

record! {
    #[derive(Default)]
    struct Metadata {
        labels: Option<Labels> = "labels",
    }
}

record! {
    /// `SubjectAccessReviewStatus`.
    #[derive(Default)]
    struct Status {
        allowed: bool = "allowed" required,
    }
}

/// Reads an answer.
///
/// # Errors
/// It is not JSON, or does not have the shape of the cluster's API.
pub fn read<T: Default + for<'t> Read<'t>>(answer: &[u8]) -> Result<T, String> {
    with_explanation(decode::read(&parse(answer)?))
}

/// Parses an answer.
///
/// # Errors
/// It is not JSON.
pub fn parse(answer: &[u8]) -> Result<Value<'_>, String> {
    decode::parse(answer).map_err(|message| unreadable(&message))
}

/// Adds an explanation to an error of reading an answer.
///
/// # Errors
/// The answer does not have the shape of the cluster's API.
pub fn with_explanation<T>(result: decode::Result<T>) -> Result<T, String> {
    result.map_err(|error| match error.path().as_str() {
        "" => unreadable(error.message()),
        path => unreadable(&format!("{path}: {}", error.message())),
    })
}

fn unreadable(message: &str) -> String {
    format!("the cluster's answer could not be read: {message}")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::cluster::host::NoCluster;

    /// Answers every query with the same text, and records the queries.
    struct Canned(&'static str, RefCell<Vec<(String, String)>>);

    impl Host for Canned {
        fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String> {
            self.1.borrow_mut().push((operation.to_owned(), String::from_utf8_lossy(request).into_owned()));
            Ok(self.0.as_bytes().to_vec())
        }
    }

    struct Down;

    impl Host for Down {
        fn call(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, String> {
            Err("cannot connect\n\nStack backtrace:\n   0: main".to_owned())
        }
    }

    #[test]
    fn labels_of_a_namespace() {
        let host = Canned(r#"{"metadata":{"name":"a","labels":{"tier":"system"}}}"#, RefCell::default());
        let cluster = Cluster::new(&host);
        let labels = cluster.namespace_labels("a").expect("answered");
        assert_eq!(labels.get("tier").map(String::as_str), Some("system"));
        let (operation, request) = host.1.borrow_mut().remove(0);
        assert_eq!(operation, "get_resource");
        assert_eq!(
            request,
            r#"{"api_version":"v1","kind":"Namespace","name":"a","namespace":null,"disable_cache":false,"field_masks":["metadata.labels"]}"#
        );
    }

    #[test]
    fn a_namespace_without_labels_has_none() {
        for answer in [r#"{"metadata":{}}"#, r#"{"metadata":{"labels":null}}"#] {
            let host = Canned(answer, RefCell::default());
            assert_eq!(Cluster::new(&host).namespace_labels("a"), Ok(Labels::new()), "{answer}");
        }
    }

    #[test]
    fn permissions() {
        for (answer, allowed) in
            [(r#"{"allowed":true}"#, true), (r#"{"allowed":false,"denied":true,"reason":"x"}"#, false)]
        {
            let host = Canned(answer, RefCell::default());
            assert_eq!(Cluster::new(&host).may(SubjectAccessReview::default()), Ok(allowed));
            assert_eq!(host.1.borrow()[0].0, "can_i");
        }
    }

    #[test]
    fn unusable_answers_are_errors() {
        for answer in ["", "{}", "[]", "null", "{", r#"{"metadata":7}"#] {
            let host = Canned(answer, RefCell::default());
            assert!(Cluster::new(&host).namespace_labels("a").is_err(), "{answer}");
            assert!(Cluster::new(&host).may(SubjectAccessReview::default()).is_err(), "{answer}");
        }
        assert_eq!(Cluster::new(&Down).namespace_labels("a"), Err("cannot connect".to_owned()));
        assert_eq!(Cluster::new(&NoCluster).namespace_labels("a"), Err("no cluster is available".to_owned()));
    }
}
