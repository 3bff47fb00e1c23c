//! What the policy asks the cluster: namespaces' labels, permissions, runtime classes, nodes.
//!
//! Questions leave through a [`Host`] in the SDK's own request types, so the wire format is policy-server's. Answers
//! are read here, only the fields that somebody looks at. No question is asked unless the settings want it.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use kubewarden_policy_sdk::host_capabilities::kubernetes::{
    CanIRequest, GetResourceRequest, ListAllResourcesRequest, SubjectAccessReview,
};
use serde::Serialize;

use crate::decode::{Read, from_json, record};
use crate::json::{self, Document};

pub use facts::{Answer, Facts, Node, NodeInfo, Nodes, RuntimeClass};

mod facts;

/// Who answers: policy-server, a recorded session, a cluster reached with a kubeconfig.
pub trait Host {
    /// Calls an operation of the host capability `kubernetes`, such as `get_resource`: JSON in, JSON out.
    ///
    /// # Errors
    /// Why there is no answer, for a person.
    fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String>;
}

/// No cluster: manifests are checked where there is none.
#[derive(Clone, Copy, Debug)]
pub struct NoCluster;

impl Host for NoCluster {
    fn call(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, String> {
        Err("the cluster may not be asked".to_owned())
    }
}

/// The host that runs the guest.
#[cfg(target_arch = "wasm32")]
#[derive(Clone, Copy, Debug)]
pub struct PolicyServer;

#[cfg(target_arch = "wasm32")]
impl Host for PolicyServer {
    fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String> {
        wapc_guest::host_call("kubewarden", "kubernetes", operation, request).map_err(|error| {
            let mut text = error.to_string();
            // What waPC and policy-server put before the reason.
            for wrapping in ["Host error: ", "Callback evaluation failure: "] {
                if let Some(reason) = text.strip_prefix(wrapping) {
                    text = reason.to_owned();
                }
            }
            text
        })
    }
}

/// Who answers when nobody says otherwise.
#[cfg(target_arch = "wasm32")]
pub const HOST: &dyn Host = &PolicyServer;
/// Who answers when nobody says otherwise.
#[cfg(not(target_arch = "wasm32"))]
pub const HOST: &dyn Host = &NoCluster;

/// Labels of an object that was asked for.
pub type Labels = BTreeMap<String, String>;

/// The questions.
pub struct Cluster<'h> {
    host: &'h dyn Host,
    /// The list of nodes, which is asked for at most once.
    nodes: OnceCell<Result<Document<'static>, String>>,
    /// The labels of the one namespace that a request is about.
    namespace_labels: OnceCell<Result<Labels, String>>,
}

impl fmt::Debug for Cluster<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cluster")
    }
}

impl<'h> Cluster<'h> {
    /// The cluster behind a host.
    pub fn new(host: &'h dyn Host) -> Cluster<'h> {
        Cluster { host, nodes: OnceCell::new(), namespace_labels: OnceCell::new() }
    }

    /// The labels of the namespace of a request; always the same one, which is asked for once.
    ///
    /// # Errors
    /// Why they are not known: there is no such namespace, the cluster may not be asked, it does not answer.
    pub fn namespace_labels(&self, name: &str) -> Result<&Labels, String> {
        let labels = self.namespace_labels.get_or_init(|| {
            let answer = self.get("v1", "Namespace", name, &["metadata.labels"])?;
            let namespace: Namespace = read(&answer)?;
            Ok(namespace.metadata.labels.unwrap_or_default())
        });
        labels.as_ref().map_err(Clone::clone)
    }

    /// Whether somebody may do something: asks with a SubjectAccessReview.
    ///
    /// # Errors
    /// Why it is not known: the cluster may not be asked, it does not answer.
    pub fn may(&self, review: SubjectAccessReview) -> Result<bool, String> {
        let request = CanIRequest { subject_access_review: review, disable_cache: false };
        let status: Status = read(&self.ask("can_i", &request)?)?;
        Ok(status.allowed)
    }

    /// The list of the Windows nodes, of their fields those that are looked at. A label is no field: its key has dots,
    /// which masks take for nesting. The selector is always this one, because policy-server watches the nodes once
    /// for every selector that it is ever asked for: a pod's own would let its author start watches at will.
    fn windows_node_list(&self) -> Result<&Document<'static>, String> {
        let answer = self.nodes.get_or_init(|| {
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
            self.ask("list_resources_all", &request).map(Document::new)
        });
        answer.as_ref().map_err(Clone::clone)
    }

    /// An object that has no namespace, of its fields those in `masks`.
    fn get(&self, api_version: &str, kind: &str, name: &str, masks: &[&str]) -> Result<Vec<u8>, String> {
        let request = GetResourceRequest {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            namespace: None,
            disable_cache: false,
            field_masks: Some(fields(masks)),
        };
        self.ask("get_resource", &request)
    }

    fn ask(&self, operation: &str, request: &impl Serialize) -> Result<Vec<u8>, String> {
        let request = serde_json::to_vec(request).map_err(|error| error.to_string())?;
        self.host.call(operation, &request).map_err(first_line)
    }
}

/// Of an error, which a host may continue with a stack backtrace.
fn first_line(error: String) -> String {
    error.lines().next().unwrap_or_default().to_owned()
}

fn fields(masks: &[&str]) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    for &mask in masks {
        // Not `collect()`, which brings a whole sort into the module.
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

fn read<T: Default + for<'de> Read<'de>>(answer: &[u8]) -> Result<T, String> {
    from_json(&Document::new(answer)).map_err(|error| unreadable(answer, &error))
}

fn unreadable(answer: &[u8], error: &json::Error) -> String {
    let path = error.path(answer);
    let colon = if path.is_empty() { "" } else { ": " };
    format!("the answer of the cluster could not be read: {path}{colon}{}", error.message(answer))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Answers every question with the same text and remembers them.
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
            assert_eq!(Cluster::new(&host).namespace_labels("a"), Ok(&Labels::new()), "{answer}");
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
    fn what_is_no_answer_is_an_error() {
        for answer in ["", "{}", "[]", "null", "{", r#"{"metadata":7}"#] {
            let host = Canned(answer, RefCell::default());
            assert!(Cluster::new(&host).namespace_labels("a").is_err(), "{answer}");
            assert!(Cluster::new(&host).may(SubjectAccessReview::default()).is_err(), "{answer}");
        }
        assert_eq!(Cluster::new(&Down).namespace_labels("a"), Err("cannot connect".to_owned()));
        assert_eq!(Cluster::new(&NoCluster).namespace_labels("a"), Err("the cluster may not be asked".to_owned()));
    }
}
