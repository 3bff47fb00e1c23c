//! Shared by the rules about nodes: all nodes with the same problem result in one finding, at the field that selects
//! them.

use crate::cluster::facts::{Answer, Node};
use crate::rules::context::Context;
use crate::wording::quote;
use std::fmt;

/// The nodes that could run the pod; empty if they are unknown.
pub fn candidates<'c>(context: &'c Context) -> &'c [Node] {
    match &context.facts.nodes {
        Answer::Known(nodes) => &nodes.candidates,
        Answer::NotAsked | Answer::Unknown(_) => &[],
    }
}

/// The path of the field that selects the pod's nodes; `nodeSelector` if none does.
pub fn selection_path(context: &Context) -> String {
    let spec = &context.pod.spec;
    context.pod.path(if spec.node_name.is_some_and(|name| !name.is_empty()) {
        "nodeName"
    } else if spec.node_selector.iter().next().is_none() && context.pod.node_selection().required_terms().is_some() {
        "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
    } else {
        "nodeSelector"
    })
}

/// Nodes with the same problem: the worst one and their number. The worst one has the lowest `rank`; ties are resolved
/// by name, because policy-server returns nodes in no particular order.
#[derive(Debug)]
pub struct AffectedNodes<'n, R> {
    worst: Option<(R, &'n Node)>,
    count: usize,
}

impl<R> Default for AffectedNodes<'_, R> {
    fn default() -> Self {
        AffectedNodes { worst: None, count: 0 }
    }
}

impl<'n, R: Ord + Copy> AffectedNodes<'n, R> {
    /// Adds a node.
    pub fn add(&mut self, rank: R, node: &'n Node) {
        self.count += 1;
        if self.worst.is_none_or(|(least, worst)| (rank, &node.name) < (least, &worst.name)) {
            self.worst = Some((rank, node));
        }
    }

    /// The worst node, and a description of all nodes for messages. `None` if no node was added.
    pub fn worst(&self) -> Option<(&'n Node, Named<'n>)> {
        self.worst.map(|(_, node)| (node, Named { name: &node.name, more: self.count - 1 }))
    }
}

/// `node 'a'`, `node 'a' (and 2 more)`.
#[derive(Debug)]
pub struct Named<'n> {
    name: &'n str,
    more: usize,
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {}", quote(self.name))?;
        match self.more {
            0 => Ok(()),
            more => write!(f, " (and {more} more)"),
        }
    }
}
