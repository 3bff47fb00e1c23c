//! How a node starts a HostProcess container: what the kubelet, containerd and hcsshim ask Windows for.
//!
//! A [`Launch`](launch::Launch) is a container on a [`Node`]. Each part of the start is a function of its own, computed when
//! it is asked for, and says which field it comes from; [`start`] puts them together in the order of the node, up to the
//! first error.
//!
//! The mechanism was read in Kubernetes 1.36, containerd 1.6.39, 1.7.0, 1.7.34 and 2.x, hcsshim 0.9.12 to its head, and
//! measured there: `crates/linter/tests/node_parity` compares every part with the record.
//! The words of the system in errors ([`failure::System`]) are short names: Windows translates its own.

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

/// The node's part in a start: everything that is not in the pod.
#[derive(Clone, Copy, Debug)]
pub struct Node<'n> {
    /// The versions of its software.
    pub era: Era,
    /// Its local groups; only containerd 1.7 and later look at them.
    pub groups: &'n [&'n str],
    /// Folders of drive C: that exist, in their own case.
    pub folders: &'n [&'n str],
    /// Its logical processors, which a CPU limit is a share of.
    pub processors: u32,
    /// Whether `pod_annotations` of containerd's runtime lets the annotations of `microsoft.com` and `io.microsoft` through.
    /// By default it does not for `runhcs-wcow-process`.
    pub passes_annotations: bool,
}

impl Node<'_> {
    /// The folders that a node has before any pod ran, in the case that they had where starts were measured.
    pub const FOLDERS: &'static [&'static str] = &[
        r"C:\windows\system32",
        r"C:\Program Files",
        r"C:\ProgramData",
        r"C:\users",
        r"C:\var\lib\kubelet",
        r"C:\var\log",
    ];

    /// A node of an era with the defaults of everything else.
    pub const fn new(era: Era) -> Node<'static> {
        Node { era, groups: &[], folders: Node::FOLDERS, processors: 2, passes_annotations: false }
    }
}

/// Where a part of a start comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A field of the container, such as `command`, with its place where it is a list.
    Container(&'static str, Option<usize>),
    /// A field of the pod.
    Pod(&'static str),
    /// An annotation of the pod.
    Annotation(&'static str),
    /// The image's configuration.
    Image(&'static str),
    /// The node itself: a default, or something that it adds.
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
