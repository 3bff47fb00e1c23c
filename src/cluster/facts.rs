//! What the cluster says about one pod: the nodes that could run it, and its RuntimeClass.

use super::{Cluster, Labels, read, unreadable};
use crate::decode::{Pairs, Text, next, record};
use crate::json::{Members, Reader, Unknown};
use crate::pod::{NodeSelectorTerm, Pod, PodSpec};
use crate::settings::NodeSettings;

/// The facts, asked before the rules run.
#[derive(Debug, Default)]
pub struct Facts<'f> {
    /// The RuntimeClass that the pod names.
    pub runtime_class: Answer<RuntimeClass>,
    /// The Windows nodes.
    pub nodes: Answer<Nodes<'f>>,
}

/// What came back.
#[derive(Debug, Default)]
pub enum Answer<T> {
    /// The settings do not want to know, or there is nothing to know.
    #[default]
    NotAsked,
    /// Why there is no answer.
    Unknown(String),
    /// The answer.
    Known(T),
}

impl<T> From<Result<T, String>> for Answer<T> {
    fn from(result: Result<T, String>) -> Self {
        result.map_or_else(Answer::Unknown, Answer::Known)
    }
}

record! {
    /// The slice of `RuntimeClass` (node.k8s.io/v1) that the policy reads.
    #[derive(Debug, Default)]
    pub struct RuntimeClass {
        /// The name of the runtime in the configuration of containerd.
        pub handler: String = "handler" required,
        /// Where its pods may run.
        pub scheduling: Option<Scheduling> = "scheduling",
    }
}

record! {
    /// `Scheduling` of a RuntimeClass.
    #[derive(Debug, Default)]
    pub struct Scheduling {
        /// Added to the `nodeSelector` of its pods.
        pub node_selector: Option<Labels> = "nodeSelector",
    }
}

impl RuntimeClass {
    /// What it adds to the `nodeSelector` of its pods.
    pub fn node_selector(&self) -> impl Iterator<Item = (&str, &str)> {
        let selector = self.scheduling.as_ref().and_then(|scheduling| scheduling.node_selector.as_ref());
        selector.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// The Windows nodes of the cluster.
#[derive(Debug, Default)]
pub struct Nodes<'f> {
    /// How many there are.
    pub count: usize,
    /// Those that the pod lets run it. Taints, free resources and cordons are not looked at: they pass.
    pub candidates: Vec<Node<'f>>,
}

/// A node, without its labels.
#[derive(Debug)]
pub struct Node<'f> {
    /// Its name.
    pub name: Text<'f>,
    /// What it reports about its software.
    pub info: NodeInfo<'f>,
}

record! {
    /// The slice of `NodeSystemInfo` that rules read.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct NodeInfo<'f> {
        pub container_runtime_version: Option<Text<'f>> = "containerRuntimeVersion",
        pub kernel_version: Option<Text<'f>> = "kernelVersion",
        pub kubelet_version: Option<Text<'f>> = "kubeletVersion",
    }
}

impl Cluster<'_> {
    /// Asks what the rules want to know about a pod: nothing unless the settings check nodes.
    pub fn facts(&self, pod: &Pod, settings: &NodeSettings) -> Facts<'_> {
        if !settings.check || !pod.asks_for_host_process() {
            return Facts::default();
        }
        let runtime_class = match pod.spec.runtime_class_name.as_deref() {
            Some(name) if !name.is_empty() => self.runtime_class(name).into(),
            _ => Answer::NotAsked,
        };
        let nodes = match &runtime_class {
            // Which nodes its pods may run on is not known without it.
            Answer::Unknown(why) => Answer::Unknown(why.clone()),
            Answer::NotAsked => self.windows_nodes(&pod.spec, None).into(),
            Answer::Known(runtime_class) => self.windows_nodes(&pod.spec, Some(runtime_class)).into(),
        };
        Facts { runtime_class, nodes }
    }

    fn windows_nodes(&self, spec: &PodSpec, runtime_class: Option<&RuntimeClass>) -> Result<Nodes<'_>, String> {
        let list = self.windows_node_list()?;
        let admits = |node: &LabelledNode| {
            spec.admits_node(node)
                && runtime_class.is_none_or(|class| {
                    class
                        .node_selector()
                        .all(|(key, value)| node.metadata.labels.get(key).is_some_and(|v| &**v == value))
                })
        };
        let mut nodes = Nodes::default();
        let mut reader = Reader::new(list);
        static ITEMS: Members = Members::new(&["items"], 1);
        // One by one, so that of 5,000 nodes no more than one has its labels in memory.
        let read = reader.record(&ITEMS, Unknown::Skipped, &mut |reader, _| {
            reader.list(&mut |reader| {
                let node: LabelledNode = next(reader)?;
                nodes.count += 1;
                if admits(&node) {
                    nodes.candidates.push(Node { name: node.metadata.name, info: node.status.node_info });
                }
                Ok(())
            })
        });
        read.and_then(|()| reader.end()).map_err(|error| unreadable(list.text(), &error))?;
        Ok(nodes)
    }

    /// A RuntimeClass.
    ///
    /// # Errors
    /// Why it is not known: there is none of that name, the cluster may not be asked, it does not answer.
    pub fn runtime_class(&self, name: &str) -> Result<RuntimeClass, String> {
        read(&self.get("node.k8s.io/v1", "RuntimeClass", name, &["handler", "scheduling.nodeSelector"])?)
    }
}

record! {
    /// A node as the cluster describes it.
    #[derive(Debug, Default)]
    struct LabelledNode<'f> {
        metadata: NodeMeta<'f> = "metadata",
        status: NodeStatus<'f> = "status",
    }
}

record! {
    #[derive(Debug, Default)]
    struct NodeMeta<'f> {
        labels: Pairs<'f> = "labels",
        name: Text<'f> = "name",
    }
}

record! {
    #[derive(Debug, Default)]
    struct NodeStatus<'f> {
        node_info: NodeInfo<'f> = "nodeInfo",
    }
}

impl PodSpec<'_> {
    /// Whether the pod lets a node run it: `nodeName`, `nodeSelector` and the required affinity. (A kubelet whose node
    /// `nodeName` names refuses the pod when the other two do not match.)
    fn admits_node(&self, node: &LabelledNode) -> bool {
        let label_is = |(key, value): &(Text, Text)| node.metadata.labels.get(key).is_some_and(|v| v == value);
        self.node_name.as_ref().is_none_or(|name| name.is_empty() || *name == node.metadata.name)
            && self.node_selector.iter().all(label_is)
            && self.required_terms().is_none_or(|terms| terms.iter().any(|term| term.admits_node(node)))
    }
}

impl NodeSelectorTerm<'_> {
    fn admits_node(&self, node: &LabelledNode) -> bool {
        let is_empty = self.match_expressions.is_empty() && self.match_fields.is_empty();
        let label = |key: &Option<Text>| node.metadata.labels.get(key.as_deref().unwrap_or_default());
        !is_empty
            && self.match_expressions.iter().all(|r| r.is_satisfied_by(label(&r.key).map(|value| &**value)))
            && self
                .match_fields
                .iter()
                .all(|r| r.key.as_deref() == Some("metadata.name") && r.is_satisfied_by(Some(&node.metadata.name)))
    }
}
