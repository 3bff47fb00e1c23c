//! Commands and paths: do they find what they name?

use crate::decode::Text;
use crate::pod::{ContainerView, Handler, Pod};
use crate::windows::command_line::Shell;

group!(linux_command, absolute_image_path, sandbox_variable_spelling, working_dir, cmd_metacharacters);

/// Something that is run in a container: what the container is for, or what a probe or a hook runs in it.
#[derive(Debug)]
pub(super) struct CommandLine<'p, 'a> {
    container: ContainerView<'p, 'a>,
    /// The field of the container, `livenessProbe.exec.command`.
    field: &'static str,
    /// Empty where the image's entrypoint is run.
    command: &'p [Text<'a>],
    /// What follows, in the field `args`.
    args: &'p [Text<'a>],
}

/// Every command line of every HostProcess container.
pub(super) fn command_lines<'p, 'a>(pod: &'p Pod<'a>) -> Vec<CommandLine<'p, 'a>> {
    let mut lines = Vec::new();
    for container in pod.host_process_containers() {
        let raw = container.raw;
        lines.push(CommandLine { container, field: "command", command: &raw.command, args: &raw.args });
        let lifecycle = raw.lifecycle.as_ref();
        for (field, handler) in [
            ("livenessProbe.exec.command", &raw.liveness_probe),
            ("readinessProbe.exec.command", &raw.readiness_probe),
            ("startupProbe.exec.command", &raw.startup_probe),
            ("lifecycle.postStart.exec.command", lifecycle.map_or(&None, |hooks| &hooks.post_start)),
            ("lifecycle.preStop.exec.command", lifecycle.map_or(&None, |hooks| &hooks.pre_stop)),
        ] {
            if let Some(Handler { exec: Some(exec) }) = handler {
                lines.push(CommandLine { container, field, command: &exec.command, args: &[] });
            }
        }
    }
    lines
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
