//! A container that a node starts.

use std::cell::OnceCell;

use crate::k8s::pod::{ContainerView, Level};
use crate::node::image::ImageConfig;
use crate::node::kubelet::Variables;
use crate::node::{Node, Origin};

/// A HostProcess container on a node. The other files of this folder add the stages of its start.
#[derive(Debug)]
pub struct Launch<'p, 'a> {
    /// The node.
    pub node: &'p Node<'p>,
    /// The container.
    pub container: ContainerView<'p, 'a>,
    /// The configuration of its image; empty if unknown.
    pub image: &'p ImageConfig<'a>,
    variables: OnceCell<Variables<'p>>,
}

impl<'p, 'a> Launch<'p, 'a> {
    /// Creates a launch, without evaluating any stage.
    pub fn new(node: &'p Node<'p>, container: ContainerView<'p, 'a>, image: &'p ImageConfig<'a>) -> Launch<'p, 'a> {
        Launch { node, container, image, variables: OnceCell::new() }
    }

    /// The variables of the container's `env`.
    pub fn variables(&self) -> &Variables<'p> {
        self.variables.get_or_init(|| Variables::of(&self.container.raw.env))
    }

    /// An annotation of the pod that reaches the shim; `None` if containerd does not pass it on.
    pub fn annotation(&self, key: &str) -> Option<&'p str> {
        let annotations = self.node.passes_annotations.then_some(&self.container.pod.annotations)?;
        annotations.get(key).copied()
    }
}

/// The origin of a setting of `windowsOptions`.
pub fn options_origin(level: Level) -> Origin {
    const FIELD: &str = "securityContext.windowsOptions.runAsUserName";
    match level {
        Level::Container => Origin::Container(FIELD, None),
        Level::Pod => Origin::Pod(FIELD),
    }
}
