//! The start of a container as JSON, in the format of the recordings that the node model is tested against
//! (`tests/parity/node/README.md`).

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use windows_hostprocess_policy::node::environment::Variable;
use windows_hostprocess_policy::node::era::Era;
use windows_hostprocess_policy::node::failure::System;
use windows_hostprocess_policy::node::host::IMAGE;
use windows_hostprocess_policy::node::limits::{Limits, Processor};
use windows_hostprocess_policy::node::logon::Logon;
use windows_hostprocess_policy::node::start::{Binding, Folder, Link, MadeFor, Start};

/// Placeholder for a value that only the node knows.
pub const VALUE_FROM: &str = "<valueFrom>";

/// The start of a container on one kind of node. After an error, the members describe the steps before it. An absent
/// member is empty or was not reached.
///
/// `ID` stands for the container's id, `ID-1` for the id without its last digit, `UID` for the pod's uid, `VOLUME:` for
/// drive C:, `IMAGE:` and `<image>` for the image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StartPlan {
    /// The first version of containerd to which this applies, up to the next one here: `1.6`, `1.7` or `1.7.19`.
    pub containerd: &'static str,
    /// Whether the node has and uses the bind filter.
    pub bind_filter: bool,
    /// The panic of the component named in `by`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panic: Option<String>,
    /// Why the container does not start: the message of the component in `by`, with errors of Windows abbreviated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The failing component: `containerd` or `hcsshim`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// How the process gets its account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logon: Option<LogonPlan>,
    /// The path of the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rootfs: Option<String>,
    /// The folder that the process starts in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// The folders that are created if missing, on the host or in the image, in this order; an error follows ` !`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<String>,
    /// The bindings that only the container sees, in this order; the first is the image.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bindings: Vec<BindingPlan>,
    /// The links in the image to mounted files and folders.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkPlan>,
    /// The names tried for the program, each with the searched folders; the last one is assumed to be found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub search: Vec<(String, String)>,
    /// The command line as the process gets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// The variables that the image, the container and hcsshim set, as `NAME=value`, sorted. `<valueFrom>` stands for a
    /// value that only the node knows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// The limits of the job object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitsPlan>,
    /// The folders that stay on the host afterwards, for display.
    #[serde(skip)]
    pub left_behind: Vec<String>,
    /// The field that the error comes from, for text output: `volumeMounts[0]` of the container, `spec.securityContext...` of the
    /// pod, or `image configuration, User`; `None` where the node decides alone.
    #[serde(skip)]
    pub field: Option<String>,
}

/// How a process gets its account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum LogonPlan {
    /// It inherits containerd's account: LocalSystem.
    Inherit,
    /// A temporary user in a local group.
    Group {
        /// The group.
        group: String,
        /// The temporary user: the first 20 characters of the container's id.
        user: &'static str,
        /// A local user has no domain.
        domain: Option<String>,
        /// Whether a password is used.
        password: bool,
    },
    /// The user logs on as a service.
    Service {
        /// The part before the backslash; empty without one.
        domain: String,
        /// The part after it.
        user: String,
        /// Whether a password is used.
        password: bool,
    },
    /// The user logs on interactively.
    Interactive {
        /// The part before the backslash; empty without one.
        domain: String,
        /// The part after it.
        user: String,
        /// Whether a password is used.
        password: bool,
    },
}

/// A file or folder of the host that is bound into the container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BindingPlan {
    /// The path in the container.
    pub at: String,
    /// The file or folder on the host.
    pub source: String,
    /// Whether it is read-only.
    pub read_only: bool,
}

/// A link in the image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LinkPlan {
    /// The path of the link.
    pub at: String,
    /// The target of the link.
    pub source: String,
    /// Why it is not created. With the bind filter, the start does not fail for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The limits of a job object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LimitsPlan {
    /// The processor limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<CpuPlan>,
    /// How many bytes the processes may commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
}

/// The processor limit in the form passed to Windows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CpuPlan {
    /// 5 for a hard cap, 3 for a weight.
    pub flags: u32,
    /// For a cap, hundredths of a percent of all processors; for a weight, 1 to 9.
    pub value: u32,
}

impl StartPlan {
    /// A start on a node with the software of an era.
    pub fn new(era: Era, start: &Start) -> StartPlan {
        let error = start.error.as_ref();
        let (is_panic, words) = (error.is_some_and(|error| error.is_panic()), error.map(ToString::to_string));
        let process = start.process.as_ref();
        // With the bind filter, the recording takes it from the process.
        let rootfs = start.rootfs.as_ref().filter(|_| !era.binds() || process.is_some());
        StartPlan {
            containerd: era.containerd.name(),
            bind_filter: era.bind_filter,
            panic: words.clone().filter(|_| is_panic),
            error: words.filter(|_| !is_panic),
            by: error.map(|error| error.component().to_string()),
            logon: start.logon.as_ref().map(LogonPlan::from),
            rootfs: rootfs.cloned(),
            working_dir: process.map(|process| process.working_dir.clone()),
            made: start.made.iter().map(made).collect(),
            bindings: start.bindings.iter().map(BindingPlan::from).collect(),
            links: start.links.iter().map(LinkPlan::from).collect(),
            search: start.search.clone(),
            command_line: process.map(|process| process.command_line.clone()),
            env: process.map(|process| env(&process.environment)).unwrap_or_default(),
            limits: limits(&start.limits),
            field: start.error_origin.map(|origin| origin.to_string()).filter(|field| !field.is_empty()),
            left_behind: start.made.iter().filter_map(left_behind).collect(),
        }
    }
}

fn made(folder: &Folder) -> String {
    match &folder.error {
        None => folder.path.clone(),
        Some(error) => format!("{} !{error}", folder.path),
    }
}

fn left_behind(folder: &Folder) -> Option<String> {
    let is_left = folder.error.is_none() && !folder.path.starts_with(IMAGE);
    let condition = if matches!(folder.made_for, MadeFor::Source(_)) { ", if it is not there" } else { "" };
    is_left.then(|| [&folder.path, condition].concat())
}

fn env(variables: &[Variable]) -> Vec<String> {
    let written = variables.iter().map(|variable| {
        let value = variable.value.as_deref().unwrap_or(VALUE_FROM);
        [&variable.name, "=", value].concat()
    });
    written.collect::<BTreeSet<_>>().into_iter().collect()
}

fn limits(limits: &Limits) -> Option<LimitsPlan> {
    let cpu = limits.processor.map(|(processor, _)| match processor {
        Processor::Cap(value) => CpuPlan { flags: 5, value },
        Processor::Weight(value) => CpuPlan { flags: 3, value },
    });
    let memory = limits.memory.map(|(bytes, _)| bytes);
    (cpu.is_some() || memory.is_some()).then_some(LimitsPlan { cpu, memory })
}

impl From<&Logon<'_>> for LogonPlan {
    fn from(logon: &Logon) -> LogonPlan {
        match *logon {
            Logon::Inherit => LogonPlan::Inherit,
            Logon::Group(group) => {
                LogonPlan::Group { group: group.to_owned(), user: "ID20", domain: None, password: true }
            }
            Logon::User { domain, user } => {
                let (domain, user, password) = (domain.to_owned(), user.to_owned(), false);
                match logon.is_service() {
                    true => LogonPlan::Service { domain, user, password },
                    false => LogonPlan::Interactive { domain, user, password },
                }
            }
        }
    }
}

impl From<&Binding> for BindingPlan {
    fn from(Binding { at, source, read_only }: &Binding) -> BindingPlan {
        BindingPlan { at: at.clone(), source: source.clone(), read_only: *read_only }
    }
}

impl From<&Link> for LinkPlan {
    fn from(link: &Link) -> LinkPlan {
        let (at, source) = (link.at.trim_end_matches('\\').to_owned(), link.source.clone());
        let error = link.is_occupied.then(|| {
            // The recording abbreviates the device path differently in messages.
            let written = at.strip_prefix("<image>").map_or_else(|| at.clone(), |rest| ["<rootfs>", rest].concat());
            format!("symlink {source} {written}: {}", System::FileExists)
        });
        LinkPlan { at, source, error }
    }
}
