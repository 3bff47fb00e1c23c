//! Facts about a pod, queried from the cluster before the rules run: the nodes that could run it, and its RuntimeClass.

use crate::cluster::questions::{Cluster, Labels, parse, read, with_explanation};
use crate::decode::{self, List, Pairs, record};
use crate::k8s::node_selection::NodeSelection;
use crate::k8s::pod::Pod;
use crate::k8s::pod_spec::{NodeSelectorTerm, PodSpec};
use crate::k8s::requirement::Label;
use crate::settings::NodeSettings;

/// Facts about a pod.
#[derive(Debug, Default)]
pub struct Facts {
    /// The RuntimeClass that the pod names.
    pub runtime_class: Answer<RuntimeClass>,
    /// The Windows nodes of the cluster, and which of them could run the pod.
    pub nodes: Answer<Nodes>,
}

/// The answer to a query, if it was sent.
#[derive(Debug, Default)]
pub enum Answer<T> {
    /// The settings disable the query, or the pod does not require it.
    #[default]
    NotAsked,
    /// The answer is missing or unusable, with the reason.
    Unknown(String),
    /// The answer.
    Known(T),
}

impl<T> From<Result<T, String>> for Answer<T> {
    fn from(result: Result<T, String>) -> Self {
        result.map_or_else(Answer::Unknown, Answer::Known)
    }
}

impl Facts {
    /// Queries the cluster about a pod, if the settings check nodes and the pod sets `hostProcess: true`.
    pub fn ask(cluster: &Cluster, pod: &Pod, settings: &NodeSettings) -> Facts {
        if !settings.check || !pod.sets_host_process() {
            return Facts::default();
        }
        let runtime_class = match pod.spec.runtime_class_name {
            Some(name) if !name.is_empty() => runtime_class(cluster, name).into(),
            _ => Answer::NotAsked,
        };
        let nodes = match &runtime_class {
            // Without the RuntimeClass, the nodes that may run the pod are unknown.
            Answer::Unknown(why) => Answer::Unknown(why.clone()),
            Answer::NotAsked => windows_nodes(cluster, &pod.spec, None).into(),
            Answer::Known(class) => windows_nodes(cluster, &pod.spec, Some(class)).into(),
        };
        Facts { runtime_class, nodes }
    }

    /// Whether the node with this name is known to run Windows and could run the pod.
    pub fn has_windows_node(&self, name: &str) -> bool {
        matches!(&self.nodes, Answer::Known(nodes) if nodes.candidates.iter().any(|node| node.name == name))
    }
}

record! {
    /// The fields of `RuntimeClass` (node.k8s.io/v1) that the policy reads.
    #[derive(Debug, Default)]
    pub struct RuntimeClass {
        /// The name of the runtime in the configuration of containerd.
        pub handler: String = "handler" required,
        /// The nodes on which its pods may run.
        pub scheduling: Option<Scheduling> = "scheduling",
    }
}

record! {
    /// `Scheduling` of a RuntimeClass.
    #[derive(Debug, Default)]
    pub struct Scheduling {
        /// The labels that it adds to the `nodeSelector` of its pods.
        pub node_selector: Option<Labels> = "nodeSelector",
    }
}

impl RuntimeClass {
    /// The labels that it adds to the `nodeSelector` of its pods.
    pub fn node_selector(&self) -> impl Iterator<Item = (&str, &str)> {
        let selector = self.scheduling.as_ref().and_then(|scheduling| scheduling.node_selector.as_ref());
        selector.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

fn runtime_class(cluster: &Cluster, name: &str) -> Result<RuntimeClass, String> {
    read(&cluster.get("node.k8s.io/v1", "RuntimeClass", name, &["handler", "scheduling.nodeSelector"])?)
}

/// The Windows nodes of the cluster.
#[derive(Debug, Default)]
pub struct Nodes {
    /// The number of Windows nodes.
    pub count: usize,
    /// The nodes on which the pod may run. Taints, free resources and cordons are ignored, because they change.
    pub candidates: Vec<Node>,
}

/// A node with the versions of software that it reports; `""` if missing.
#[derive(Debug)]
#[allow(missing_docs, reason = "the fields of NodeSystemInfo, documented by Kubernetes")]
pub struct Node {
    pub name: String,
    pub container_runtime_version: String,
    pub kernel_version: String,
    pub kubelet_version: String,
}

/// The maximum number of labels and values, because each node may be compared with all of those of the pod and its
/// RuntimeClass.
const MAX_COMPARED: usize = 200;

fn windows_nodes(cluster: &Cluster, spec: &PodSpec, class: Option<&RuntimeClass>) -> Result<Nodes, String> {
    let of_class = class.map_or(0, |class| class.node_selector().count());
    if of_class + NodeSelection(spec).requirement_count() > MAX_COMPARED {
        return Err(format!("the pod selects nodes by more than {MAX_COMPARED} labels and values"));
    }
    let answer = cluster.windows_nodes()?;
    let tree = parse(&answer)?;
    let list: NodeList = with_explanation(decode::read(&tree))?;
    let is_candidate = |node: &ApiNode| {
        admits_node(spec, node)
            && class
                .is_none_or(|class| class.node_selector().all(|(key, value)| node.label(key) == Label::Value(value)))
    };
    let candidates = list.items.iter().filter(|node| is_candidate(node)).map(Node::from).collect();
    Ok(Nodes { count: list.items.len(), candidates })
}

record! {
    #[derive(Debug, Default)]
    struct NodeList<'f> {
        items: List<ApiNode<'f>> = "items" required,
    }
}

record! {
    /// A node as the cluster returns it.
    #[derive(Debug, Default)]
    struct ApiNode<'f> {
        metadata: NodeMeta<'f> = "metadata",
        status: NodeStatus<'f> = "status",
    }
}

record! {
    #[derive(Debug, Default)]
    struct NodeMeta<'f> {
        labels: Pairs<'f> = "labels",
        name: &'f str = "name",
    }
}

record! {
    #[derive(Debug, Default)]
    struct NodeStatus<'f> {
        node_info: NodeInfo<'f> = "nodeInfo",
    }
}

record! {
    #[derive(Debug, Default)]
    struct NodeInfo<'f> {
        container_runtime_version: Option<&'f str> = "containerRuntimeVersion",
        kernel_version: Option<&'f str> = "kernelVersion",
        kubelet_version: Option<&'f str> = "kubeletVersion",
    }
}

impl From<&ApiNode<'_>> for Node {
    fn from(node: &ApiNode) -> Node {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let info = &node.status.node_info;
        Node {
            name: node.metadata.name.to_owned(),
            container_runtime_version: text(info.container_runtime_version),
            kernel_version: text(info.kernel_version),
            kubelet_version: text(info.kubelet_version),
        }
    }
}

impl ApiNode<'_> {
    fn label(&self, key: &str) -> Label<'_> {
        Label::from(self.metadata.labels.get(key).copied())
    }
}

/// Whether a node satisfies the pod's `nodeName`, `nodeSelector` and required affinity. (The kubelet of the node in
/// `nodeName` rejects the pod if the other two do not match.)
fn admits_node(spec: &PodSpec, node: &ApiNode) -> bool {
    spec.node_name.is_none_or(|name| name.is_empty() || name == node.metadata.name)
        && spec.node_selector.iter().all(|(key, value)| node.label(key) == Label::Value(value))
        && NodeSelection(spec).required_terms().is_none_or(|terms| terms.iter().any(|term| term_admits(term, node)))
}

fn term_admits(term: &NodeSelectorTerm, node: &ApiNode) -> bool {
    let is_empty = term.match_expressions.is_empty() && term.match_fields.is_empty();
    let name = Label::Value(node.metadata.name);
    !is_empty
        && term.match_expressions.iter().all(|r| r.is_satisfied_by(node.label(r.key.unwrap_or_default())) == Some(true))
        && term.match_fields.iter().all(|r| r.key == Some("metadata.name") && r.is_satisfied_by(name) == Some(true))
}
