//! The whole start of a container, in the order of the node, up to the first error.

use crate::node::Origin;
use crate::node::environment::Variable;
use crate::node::failure::{Failure, MkdirError};
use crate::node::host::{Host, IMAGE};
use crate::node::launch::Launch;
use crate::node::limits::Limits;
use crate::node::logon::Logon;
use crate::node::mounts::{Mount, Mounted};
use crate::windows::filepath;

/// A folder that the start leaves behind, on the host or in the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The requested path.
    pub path: String,
    /// The error if it is not created.
    pub error: Option<MkdirError>,
    /// Its purpose.
    pub made_for: MadeFor,
}

/// The purpose of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeFor {
    /// It is the source of a mount; it may have existed before.
    Source(Mounted),
    /// It is the folder of the image, or a parent.
    Rootfs,
    /// It is the parent folder of a mount.
    Mount(Mounted),
    /// It is the working directory.
    WorkingDir,
}

/// A binding, visible only in the container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The path at which it appears.
    pub at: String,
    /// The bound file or folder: below `IMAGE:` in the image, below `VOLUME:` on drive C:.
    pub source: String,
    /// Whether it is read-only.
    pub read_only: bool,
}

/// A link in the image to the source of a mount. It is visible on the whole host unless the image is bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its path.
    pub at: String,
    /// Its target.
    pub source: String,
    /// Whether something already existed there, which is no error if the image is bound.
    pub is_occupied: bool,
}

/// The process of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process<'t> {
    /// How it gets its token.
    pub logon: Logon<'t>,
    /// Its command line.
    pub command_line: String,
    /// Its working directory.
    pub working_dir: String,
    /// Its variables beyond the account's.
    pub environment: Vec<Variable<'static>>,
}

/// The start of a container. After an error, the parts hold the results up to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start<'t> {
    /// The folders that it leaves behind, in order.
    pub made: Vec<Folder>,
    /// Bindings, in order; the first is the image.
    pub bindings: Vec<Binding>,
    /// Links, in order.
    pub links: Vec<Link>,
    /// The folder of the image, once it is created.
    pub rootfs: Option<String>,
    /// The limits of the job object.
    pub limits: Limits,
    /// The searched names, each with the folders.
    pub search: Vec<(String, String)>,
    /// How the process gets its token, once known.
    pub logon: Option<Logon<'t>>,
    /// The process, if it starts.
    pub process: Option<Process<'t>>,
    /// The error, if it does not start.
    pub error: Option<Failure>,
    /// The field that the error comes from.
    pub error_origin: Option<Origin>,
}

/// Whether a candidate for a program exists, given the searched folders.
pub type IsFound<'f> = &'f dyn Fn(&str, &str) -> bool;

/// A mount in the container's specification.
struct SpecMount {
    mounted: Mounted,
    source: String,
    at: String,
    read_only: bool,
    is_named_pipe: bool,
}

struct Progress<'s, 't> {
    host: Host,
    start: &'s mut Start<'t>,
    /// The field that the current step acts on.
    origin: Origin,
}

impl<'p> Launch<'p, '_> {
    /// Simulates the start. `is_found` answers the searches for the program.
    pub fn start(&self, is_found: IsFound) -> Start<'p> {
        let mut start = Start::default();
        let host = Host::new(self.node.folders.iter().copied());
        let mut progress = Progress { host, start: &mut start, origin: Origin::Node };
        let error = self.run(&mut progress, is_found).err();
        let error_origin = error.as_ref().map(|_| progress.origin);
        Start { error, error_origin, ..start }
    }

    fn run(&self, progress: &mut Progress<'_, 'p>, is_found: IsFound) -> Result<(), Failure> {
        progress.origin = Origin::Container("command", None);
        let command = self.command()?.origin;
        let mounts = self.spec_mounts(progress)?;
        progress.origin = self.user().origin;
        self.check_user()?;
        progress.origin = self.rootfs().origin;
        self.place_image(progress)?;
        for mount in &mounts {
            progress.origin = mount.mounted.origin();
            if mount.is_named_pipe {
                return Err(Failure::NamedPipe);
            }
            self.make_mount(progress, mount)?;
        }
        progress.origin = Origin::Container("resources", None);
        progress.start.limits = self.limits()?;
        self.make_process(progress, is_found, command)
    }

    /// containerd creates the sources and normalises the mounts.
    fn spec_mounts(&self, progress: &mut Progress) -> Result<Vec<SpecMount>, Failure> {
        let mounts = self.mounts();
        for mount in mounts.iter().filter(|mount| mount.is_made) {
            progress.host.add(&mount.source);
        }
        mounts.iter().map(|mount| self.spec_mount(progress, mount)).collect()
    }

    fn spec_mount(&self, progress: &mut Progress, mount: &Mount) -> Result<SpecMount, Failure> {
        progress.origin = mount.mounted.origin();
        if !mount.is_named_pipe() && mount.make_source(&mut progress.host)? {
            progress.made(&mount.source, MadeFor::Source(mount.mounted));
        }
        Ok(SpecMount {
            mounted: mount.mounted,
            at: mount.destination()?.into_owned(),
            source: mount.resolved_source(self.node.folders),
            read_only: mount.read_only,
            is_named_pipe: mount.is_named_pipe(),
        })
    }

    /// The shim mounts the image, or binds it.
    fn place_image(&self, progress: &mut Progress) -> Result<(), Failure> {
        let path = self.rootfs().path;
        progress.start.rootfs = Some(path.clone().into_owned());
        if !self.node.era.binds() {
            // An error of Windows is recorded, but does not stop the start.
            let _ = progress.make(&path, MadeFor::Rootfs);
            return Ok(());
        }
        let made = progress.make(&filepath::parent(&path), MadeFor::Rootfs);
        made.map_err(|error| Failure::BindRootfs(path.clone().into_owned(), error))?;
        progress.bind(path.into_owned(), r"IMAGE:\".to_owned(), false);
        Ok(())
    }

    /// The shim binds a mount, and also links it in the image.
    fn make_mount(&self, progress: &mut Progress, mount: &SpecMount) -> Result<(), Failure> {
        let binds = self.node.era.binds();
        let made_for = MadeFor::Mount(mount.mounted);
        if binds {
            progress.make(&filepath::parent(&mount.at), made_for).map_err(Failure::BindParent)?;
            progress.bind(mount.at.clone(), mount.source.clone(), mount.read_only);
        }
        let rootfs = self.rootfs().path;
        let at = filepath::join(if binds { IMAGE } else { &rootfs }, in_image(&mount.at));
        progress.make(&filepath::parent(&at), made_for).map_err(Failure::LinkParent)?;
        let is_occupied = !progress.host.link(&at);
        progress.start.links.push(Link { at: at.clone(), source: mount.source.clone(), is_occupied });
        if is_occupied && !binds { Err(Failure::Link(mount.source.clone(), at)) } else { Ok(()) }
    }

    /// The shim starts the process. Version 0.9 searches before it logs on, later ones after it.
    fn make_process(&self, progress: &mut Progress<'_, 'p>, is_found: IsFound, command: Origin) -> Result<(), Failure> {
        let is_1_6 = self.node.era.is_1_6();
        let working_dir = self.working_dir();
        progress.origin = command;
        let searched_first = if is_1_6 { Some(self.find_program(progress, is_found)?) } else { None };
        progress.origin = working_dir.origin;
        let working_dir = working_dir.path.into_owned();
        if !is_1_6 && progress.host.lacks(&working_dir) {
            progress.make(&working_dir, MadeFor::WorkingDir).map_err(Failure::WorkingDir)?;
        }
        progress.origin = self.user().origin;
        let (logon, _) = self.logon()?;
        progress.start.logon = Some(logon);
        progress.origin = command;
        let command_line = match searched_first {
            Some(line) => line,
            None => self.find_program(progress, is_found)?,
        };
        let environment = self.environment();
        progress.start.process = Some(Process { logon, command_line, working_dir, environment });
        Ok(())
    }

    /// The command line with the first candidate that exists.
    fn find_program(&self, progress: &mut Progress, is_found: IsFound) -> Result<String, Failure> {
        let search = self.search()?;
        for (index, name) in search.candidates().enumerate() {
            let found = is_found(&name, &search.folders);
            progress.start.search.push((name, search.folders.clone()));
            if found {
                return Ok(search.command_line(index));
            }
        }
        Err(Failure::NotFound(self.requested_command_line()?))
    }
}

impl Progress<'_, '_> {
    fn made(&mut self, path: &str, made_for: MadeFor) {
        self.start.made.push(Folder { path: path.to_owned(), error: None, made_for });
    }

    fn make(&mut self, path: &str, made_for: MadeFor) -> Result<(), MkdirError> {
        match self.host.make(path) {
            Ok(false) => Ok(()),
            Ok(true) => {
                self.made(path, made_for);
                Ok(())
            }
            Err(error) => {
                self.start.made.push(Folder { path: path.to_owned(), error: Some(error.clone()), made_for });
                Err(error)
            }
        }
    }

    fn bind(&mut self, at: String, source: String, read_only: bool) {
        self.start.bindings.push(Binding { at, source, read_only });
    }
}

/// A path without its drive, for use in the image: the shim's `stripDriveLetter`.
fn in_image(path: &str) -> &str {
    match path.as_bytes() {
        [_, b':'] => ".",
        [_, b':', ..] => path.get(2..).unwrap_or_default(),
        _ => path,
    }
}
