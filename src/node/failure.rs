//! Why a container does not start, in the words of the failing component.

use std::fmt::{Display, Formatter, Result};

/// The failing component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are self-explanatory")]
pub enum Component {
    Kubelet,
    Containerd,
    Hcsshim,
}

/// An error of Windows, under a short name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are self-explanatory")]
pub enum System {
    PathNotFound,
    FileNotFound,
    FileExists,
    InvalidHandle,
    InvalidName,
}

/// An error of Windows on creating a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MkdirError {
    /// The folder, or the first of its parents that cannot be created.
    pub at: String,
    /// The reason.
    pub system: System,
}

/// The first error of a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Neither the container nor the image has a command.
    NoCommand,
    /// A mount at drive C: itself.
    MountOnDriveC,
    /// The source of a mount cannot be inspected: path, call and reason.
    Stat(String, &'static str, System),
    /// The source of a mount does not exist and cannot be created.
    MakeSource(String, MkdirError),
    /// A numeric user, on which containerd panics.
    NumericUser,
    /// A number that is not a user ID.
    UserOutOfRange(String),
    /// The folder of the image cannot be created.
    BindRootfs(String, MkdirError),
    /// A named pipe as the source of a mount.
    NamedPipe,
    /// The parent folder of a mount cannot be created on the host.
    BindParent(MkdirError),
    /// The parent folder of a mount cannot be created in the image.
    LinkParent(MkdirError),
    /// Something exists at the path of the link to the source of a mount: source and path.
    Link(String, String),
    /// Processor limits that exclude each other: count, limit and weight.
    ProcessorLimits(i32, i32, i32),
    /// The working directory cannot be created.
    WorkingDir(MkdirError),
    /// No account, in the words of the era.
    NoUser(&'static str),
    /// A name with more than one backslash.
    UserFormat(String),
    /// A command line that begins with an unclosed quote.
    OpenQuote(String),
    /// No candidate for the program exists.
    NotFound(String),
}

impl Failure {
    /// The failing component.
    pub fn component(&self) -> Component {
        match self {
            Failure::NoCommand
            | Failure::MountOnDriveC
            | Failure::Stat(..)
            | Failure::MakeSource(..)
            | Failure::NumericUser
            | Failure::UserOutOfRange(_) => Component::Containerd,
            _ => Component::Hcsshim,
        }
    }

    /// Whether it is a panic rather than an error.
    pub fn is_panic(&self) -> bool {
        matches!(self, Failure::NumericUser)
    }
}

impl Display for Component {
    fn fmt(&self, out: &mut Formatter) -> Result {
        out.write_str(match self {
            Component::Kubelet => "kubelet",
            Component::Containerd => "containerd",
            Component::Hcsshim => "hcsshim",
        })
    }
}

impl Display for System {
    fn fmt(&self, out: &mut Formatter) -> Result {
        out.write_str(match self {
            System::PathNotFound => "Path not found.",
            System::FileNotFound => "File not found.",
            System::FileExists => "File already exists.",
            System::InvalidHandle => "Invalid handle.",
            System::InvalidName => "Invalid name.",
        })
    }
}

impl Display for MkdirError {
    fn fmt(&self, out: &mut Formatter) -> Result {
        write!(out, "mkdir {}: {}", self.at, self.system)
    }
}

impl Display for Failure {
    fn fmt(&self, out: &mut Formatter) -> Result {
        if self.component() == Component::Containerd && !self.is_panic() {
            out.write_str("failed to generate spec: ")?;
        }
        let user = "failed to create user process token";
        match self {
            Failure::NoCommand => out.write_str("no command specified"),
            Failure::MountOnDriveC => out.write_str("destination path can not be C drive"),
            Failure::Stat(path, call, system) => write!(out, "failed to stat {path:?}: {call} {path}: {system}"),
            Failure::MakeSource(path, error) => write!(out, "failed to mkdir {path:?}: {error}"),
            Failure::NumericUser => {
                out.write_str("PANIC: runtime error: invalid memory address or nil pointer dereference")
            }
            Failure::UserOutOfRange(user) => write!(out, "invalid USER value {user:?}: uid out of range"),
            Failure::BindRootfs(path, error) => write!(out, "failed to bind rootfs to {path}: {error}"),
            Failure::NamedPipe => {
                out.write_str("named pipe mounts not supported for job containers - interact with the pipe directly")
            }
            Failure::BindParent(error) | Failure::WorkingDir(error) => error.fmt(out),
            Failure::LinkParent(error) => write!(out, "failed to make directory for job container mount: {error}"),
            Failure::Link(source, at) => {
                let system = System::FileExists;
                write!(out, "failed to setup mount for job container: symlink {source} {at}: {system}")
            }
            Failure::ProcessorLimits(count, limit, weight) => write!(
                out,
                "failed to convert OCI spec to job object limits: invalid spec - Windows Container CPU Count: \
                 '{count}', Limit: '{limit}', and Weight: '{weight}' are mutually exclusive"
            ),
            Failure::NoUser(words) => write!(out, "{user}: {words}"),
            Failure::UserFormat(name) => write!(out, "{user}: invalid user string `{name}`"),
            Failure::OpenQuote(line) => {
                write!(
                    out,
                    "failed to get application name from commandline {line:?}: no ending quotation mark found in command"
                )
            }
            Failure::NotFound(line) => {
                write!(
                    out,
                    "failed to get application name from commandline {line:?}: failed to find executable {line:?}"
                )
            }
        }
    }
}
