//! A container about to be started on a node.

use std::cell::OnceCell;

use crate::k8s::pod::{ContainerView, Level};
use crate::node::image::ImageConfig;
use crate::node::kubelet::Variables;
use crate::node::{Node, Origin};

/// A HostProcess container on a node. The parts of its start are in the files of this folder, one stage each.
#[derive(Debug)]
pub struct Launch<'p, 'a> {
    /// Where it starts.
    pub node: &'p Node<'p>,
    /// The container.
    pub container: ContainerView<'p, 'a>,
    /// The configuration of its image; empty where it is unknown.
    pub image: &'p ImageConfig<'a>,
    variables: OnceCell<Variables<'p>>,
}

impl<'p, 'a> Launch<'p, 'a> {
    /// Computes nothing yet.
    pub fn new(node: &'p Node<'p>, container: ContainerView<'p, 'a>, image: &'p ImageConfig<'a>) -> Launch<'p, 'a> {
        Launch { node, container, image, variables: OnceCell::new() }
    }

    /// The variables of the container's `env`.
    pub fn variables(&self) -> &Variables<'p> {
        self.variables.get_or_init(|| Variables::of(&self.container.raw.env))
    }

    /// An annotation of the pod that reaches the shim: `None` where containerd keeps it back.
    pub fn annotation(&self, key: &str) -> Option<&'p str> {
        let annotations = self.node.passes_annotations.then_some(&self.container.pod.annotations)?;
        annotations.get(key).copied()
    }
}

/// Where a setting of `windowsOptions` comes from.
pub fn options_origin(level: Level) -> Origin {
    const FIELD: &str = "securityContext.windowsOptions.runAsUserName";
    match level {
        Level::Container => Origin::Container(FIELD, None),
        Level::Pod => Origin::Pod(FIELD),
    }
}
