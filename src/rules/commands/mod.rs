//! Commands and paths: do they find what they name?

use crate::decode::Text;
use crate::pod::{ContainerView, Handler, Pod};
use crate::windows::command_line::Shell;

group!(linux_command, absolute_image_path, sandbox_variable_spelling, working_dir, cmd_metacharacters);

/// Something that is run in a container: what the container is for, or what a probe or a hook runs in it.
struct CommandLine<'p, 'a> {
    container: ContainerView<'p, 'a>,
    /// The field of the container, `livenessProbe.exec.command`.
    field: &'static str,
    /// Empty where the image's entrypoint is run.
    command: &'p [Text<'a>],
    /// What follows, in the field `args`.
    args: &'p [Text<'a>],
}

/// Every command line of every HostProcess container.
fn command_lines<'p, 'a>(pod: &'p Pod<'a>) -> impl Iterator<Item = CommandLine<'p, 'a>> {
    pod.host_process_containers().flat_map(|container| {
        let raw = container.raw;
        let lifecycle = raw.lifecycle.as_ref();
        let own = CommandLine { container, field: "command", command: &raw.command, args: &raw.args };
        let handlers = [
            ("livenessProbe.exec.command", raw.liveness_probe.as_ref()),
            ("readinessProbe.exec.command", raw.readiness_probe.as_ref()),
            ("startupProbe.exec.command", raw.startup_probe.as_ref()),
            ("lifecycle.postStart.exec.command", lifecycle.and_then(|hooks| hooks.post_start.as_ref())),
            ("lifecycle.preStop.exec.command", lifecycle.and_then(|hooks| hooks.pre_stop.as_ref())),
        ];
        let executed = handlers.into_iter().filter_map(move |(field, handler): (_, Option<&Handler>)| {
            Some(CommandLine { container, field, command: &handler?.exec.as_ref()?.command, args: &[] })
        });
        std::iter::once(own).chain(executed)
    })
}

impl<'p, 'a> CommandLine<'p, 'a> {
    /// The program, unless the image says it.
    fn program(&self) -> Option<&'p str> {
        self.command.first().map(|program| &**program)
    }

    /// The shell that the program is.
    fn shell(&self) -> Option<Shell> {
        self.program().and_then(Shell::of)
    }

    /// Whether the program is this shell, or may be it as far as can be seen.
    fn may_be(&self, shell: Shell) -> bool {
        self.program().is_none() || self.shell() == Some(shell)
    }

    /// Every element.
    fn elements(&self) -> impl Iterator<Item = Element<'p, 'a>> {
        let container = self.container;
        let of = move |field, texts: &'p [Text<'a>]| {
            texts.iter().enumerate().map(move |(index, text)| Element { container, field, index, text })
        };
        of(self.field, self.command).chain(of("args", self.args))
    }

    /// The path of the program in the object.
    fn program_path(&self) -> String {
        self.container.path(&format!("{}[0]", self.field))
    }
}

/// An element of a command line.
struct Element<'p, 'a> {
    container: ContainerView<'p, 'a>,
    field: &'static str,
    index: usize,
    text: &'p str,
}

impl Element<'_, '_> {
    /// Its path in the object.
    fn path(&self) -> String {
        self.container.path(&format!("{}[{}]", self.field, self.index))
    }
}
