//! The command lines of a pod: those of its containers, and of their probes and hooks.

use std::cell::OnceCell;

use crate::k8s::pod::{ContainerView, Pod};
use crate::k8s::pod_spec::Handler;
use crate::windows::command_line::Shell;
use crate::windows::path::WindowsPath;
use crate::windows::program::NoProgram;
use crate::windows::script::script_in;

/// A command that runs in a container: the container's own, or that of a probe or a hook.
#[derive(Debug)]
pub struct CommandLine<'p, 'a> {
    /// The container in which it runs.
    pub container: ContainerView<'p, 'a>,
    /// The field of the container, such as `livenessProbe.exec.command`.
    field: &'static str,
    /// Empty when the image's entrypoint runs.
    command: &'p [&'a str],
    /// The field `args`.
    args: &'p [&'a str],
    path: OnceCell<Option<WindowsPath<'p>>>,
    shell: OnceCell<Option<Shell>>,
    no_program: OnceCell<Option<NoProgram>>,
}

/// Every command line of every HostProcess container.
pub fn command_lines<'p, 'a>(pod: &'p Pod<'a>) -> Vec<CommandLine<'p, 'a>> {
    let mut lines = Vec::new();
    for container in pod.host_process_containers() {
        let raw = container.raw;
        let line = |field, command, args| CommandLine {
            container,
            field,
            command,
            args,
            path: OnceCell::new(),
            shell: OnceCell::new(),
            no_program: OnceCell::new(),
        };
        lines.push(line("command", &raw.command[..], &raw.args[..]));
        let lifecycle = raw.lifecycle.as_ref();
        for (field, handler) in [
            ("livenessProbe.exec.command", &raw.liveness_probe),
            ("readinessProbe.exec.command", &raw.readiness_probe),
            ("startupProbe.exec.command", &raw.startup_probe),
            ("lifecycle.postStart.exec.command", lifecycle.map_or(&None, |hooks| &hooks.post_start)),
            ("lifecycle.preStop.exec.command", lifecycle.map_or(&None, |hooks| &hooks.pre_stop)),
        ] {
            if let Some(Handler { exec: Some(exec) }) = handler {
                lines.push(line(field, &exec.command, &[]));
            }
        }
    }
    lines
}

impl<'p, 'a> CommandLine<'p, 'a> {
    /// The program; `None` when the image determines it.
    pub fn program(&self) -> Option<&'p str> {
        self.command.first().copied()
    }

    /// The program as a path.
    pub fn path(&self) -> Option<&WindowsPath<'p>> {
        self.path.get_or_init(|| self.program().map(WindowsPath::new)).as_ref()
    }

    /// The shell, if the program is one.
    pub fn shell(&self) -> Option<Shell> {
        *self.shell.get_or_init(|| self.path().and_then(Shell::of))
    }

    /// Why no node can have a program of this name; `None` if one can.
    pub fn no_program(&self) -> Option<NoProgram> {
        *self.no_program.get_or_init(|| self.path().and_then(NoProgram::of))
    }

    /// Whether the program is this shell, or unknown because the image determines it.
    pub fn may_be(&self, shell: Shell) -> bool {
        self.program().is_none() || self.shell() == Some(shell)
    }

    /// The elements of the command and its arguments.
    pub fn elements(&self) -> impl Iterator<Item = Element<'p, 'a>> {
        let container = self.container;
        let of = move |field, texts: &'p [&'a str]| {
            texts.iter().enumerate().map(move |(index, text)| Element { container, field, index, text })
        };
        of(self.field, self.command).chain(of("args", self.args))
    }

    /// The element with the script that a shell runs, and its path as written: `powershell.exe -File C:\x.ps1`, `cmd /c
    /// C:\x.cmd`.
    pub fn script(&self) -> Option<(Element<'p, 'a>, &'p str)> {
        if !matches!(self.shell(), Some(Shell::Cmd | Shell::PowerShell)) {
            return None;
        }
        self.elements().skip(1).find_map(|element| script_in(element.text).map(|path| (element, path)))
    }

    /// The element that begins with the program that `cmd` runs, and the program: `cmd /c agent.exe`.
    pub fn run_by_cmd(&self) -> Option<(Element<'p, 'a>, &'p str)> {
        if self.shell() != Some(Shell::Cmd) {
            return None;
        }
        let is_switch = |text: &str| ["/c", "/k"].iter().any(|switch| switch.eq_ignore_ascii_case(text));
        let command = self.elements().skip_while(|element| !is_switch(element.text)).nth(1)?;
        let program = command.text.trim_start_matches([' ', '"']).split([' ', '"']).next()?;
        Some((command, program))
    }

    /// The preceding element, as written.
    pub fn element_before(&self, element: &Element) -> Option<&'p str> {
        let is_other = |other: &Element| (other.field, other.index) != (element.field, element.index);
        self.elements().take_while(is_other).last().map(|other| other.text)
    }

    /// The field of the probe that runs it; `None` for other commands.
    pub fn probe(&self) -> Option<&'static str> {
        self.field.strip_suffix(".exec.command").filter(|field| field.ends_with("Probe"))
    }

    /// The path of the program in the object.
    pub fn program_path(&self) -> String {
        self.container.path(&format!("{}[0]", self.field))
    }
}

/// An element of a command line.
#[derive(Debug)]
pub struct Element<'p, 'a> {
    container: ContainerView<'p, 'a>,
    field: &'static str,
    index: usize,
    /// The text as written.
    pub text: &'p str,
}

impl Element<'_, '_> {
    /// Its path in the object.
    pub fn path(&self) -> String {
        self.container.path(&format!("{}[{}]", self.field, self.index))
    }
}
