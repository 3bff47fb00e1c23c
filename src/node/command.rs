//! The command line of the process.

use std::borrow::Cow;

use crate::node::Origin;
use crate::node::failure::Failure;
use crate::node::launch::Launch;
use crate::windows::arguments;

/// The prefix of command lines on nodes that bind the image: only a process in the container finds the image's
/// programs.
const SHELL: &str = "cmd /c ";

/// The elements of a command, and the origin of the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command<'t> {
    /// The program and its arguments, with the kubelet's variables expanded.
    pub elements: Vec<Cow<'t, str>>,
    /// The origin of the program.
    pub origin: Origin,
    /// Whether the first element is already a command line, according to the image.
    pub is_escaped: bool,
}

impl Launch<'_, '_> {
    /// The elements of the command: `getArgs` of containerd. An empty `command` counts as unset, and `args` replace the
    /// image's `Cmd`.
    ///
    /// # Errors
    /// Neither the container nor the image has a command.
    pub fn command<'t>(&'t self) -> Result<Command<'t>, Failure> {
        let raw = self.container.raw;
        let expand = |texts: &'t [&str]| texts.iter().map(|text| self.variables().expand(text));
        let (mut elements, from_container) = (expand(&raw.command).collect::<Vec<_>>(), !raw.command.is_empty());
        let mut origin = Origin::Container("command", Some(0));
        if !from_container {
            elements.extend(self.image.entrypoint.iter().map(|text| Cow::Borrowed(*text)));
            origin = Origin::Image("Entrypoint");
        }
        let has_entrypoint = !elements.is_empty();
        elements.extend(expand(&raw.args));
        if !from_container && raw.args.is_empty() {
            elements.extend(self.image.cmd.iter().map(|text| Cow::Borrowed(*text)));
        }
        if !has_entrypoint {
            origin = if raw.args.is_empty() { Origin::Image("Cmd") } else { Origin::Container("args", Some(0)) };
        }
        let is_escaped = self.image.is_escaped() && matches!(origin, Origin::Image(_));
        if elements.is_empty() { Err(Failure::NoCommand) } else { Ok(Command { elements, origin, is_escaped }) }
    }

    /// The command line before the shim replaces variables in it, as quoted by its errors.
    ///
    /// # Errors
    /// There is no command.
    pub fn requested_command_line(&self) -> Result<String, Failure> {
        let command = self.command()?;
        Ok(match command.elements.split_first() {
            Some((line, [])) if command.is_escaped => line.clone().into_owned(),
            Some((line, rest)) if command.is_escaped => [line, " ", &arguments::join(rest)].concat(),
            _ => arguments::join(&command.elements),
        })
    }

    /// The command line that the process receives, if the first candidate for the program exists.
    ///
    /// # Errors
    /// There is no command.
    pub fn command_line(&self) -> Result<String, Failure> {
        let requested = self.requested_command_line()?;
        let line = self.rootfs().fill(&requested).into_owned();
        Ok(if self.node.era.binds() { [SHELL, &line].concat() } else { line })
    }
}
