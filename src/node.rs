//! A model of how a node starts a HostProcess container: what the kubelet, containerd and hcsshim request from Windows.
//!
//! A [`Launch`](launch::Launch) is a container on a [`Node`]. Each part of the start is a separate function, evaluated
//! lazily, and names the field that determines it; [`start`] runs them in the order of the node, up to the first error.
//!
//! The model is based on the source code of Kubernetes 1.36, containerd 1.6.39, 1.7.0, 1.7.34 and 2.x, and hcsshim
//! 0.9.12 to its head, and on measurements there: `crates/linter/tests/node_parity` compares every part with the
//! recorded starts. Errors of Windows ([`failure::System`]) have short names, because Windows translates its messages.

pub mod admission;
pub mod command;
pub mod environment;
pub mod era;
pub mod failure;
pub mod host;
pub mod image;
pub mod kubelet;
pub mod launch;
pub mod limits;
pub mod logon;
pub mod mounts;
pub mod rootfs;
pub mod search;
pub mod start;
pub mod user;
pub mod volume_error;
pub mod working_dir;

use std::fmt;

use era::Era;

/// The properties of a node that affect a start.
#[derive(Clone, Copy, Debug)]
pub struct Node<'n> {
    /// The era of its software.
    pub era: Era,
    /// Its local groups; only containerd 1.7 and later look at them.
    pub groups: &'n [&'n str],
    /// The existing folders of drive C:, in their own case.
    pub folders: &'n [&'n str],
    /// The number of its logical processors; a CPU limit is a share of them.
    pub processors: u32,
    /// Whether `pod_annotations` of containerd's runtime passes on the annotations of `microsoft.com` and
    /// `io.microsoft`. By default it does not for `runhcs-wcow-process`.
    pub passes_annotations: bool,
}

impl Node<'_> {
    /// The folders of a node before any pod ran, in the case of the measured nodes.
    pub const FOLDERS: &'static [&'static str] = &[
        r"C:\windows\system32",
        r"C:\Program Files",
        r"C:\ProgramData",
        r"C:\users",
        r"C:\var\lib\kubelet",
        r"C:\var\log",
    ];

    /// A node of an era, otherwise with defaults.
    pub const fn new(era: Era) -> Node<'static> {
        Node { era, groups: &[], folders: Node::FOLDERS, processors: 2, passes_annotations: false }
    }
}

/// The origin of a part of a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A field of the container, such as `command`, with the index if it is a list.
    Container(&'static str, Option<usize>),
    /// A field of the pod.
    Pod(&'static str),
    /// An annotation of the pod.
    Annotation(&'static str),
    /// The image's configuration.
    Image(&'static str),
    /// The node itself: a default or an addition.
    Node,
}

/// `command[0]`, `spec.securityContext.windowsOptions.runAsUserName`, `image configuration, User`: below the container, or the pod.
/// Nothing for the node.
impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Origin::Container(field, Some(index)) => write!(out, "{field}[{index}]"),
            Origin::Container(field, None) => out.write_str(field),
            Origin::Pod(field) => write!(out, "spec.{field}"),
            Origin::Annotation(key) => write!(out, "metadata.annotations[{key}]"),
            Origin::Image(member) => write!(out, "image configuration, {member}"),
            Origin::Node => Ok(()),
        }
    }
}
