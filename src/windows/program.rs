//! Program names that cannot be started on any node.

use super::command_line::is_linux_program;
use super::path::WindowsPath;
use super::script::{is_command_line, is_powershell_7, is_powershell_script};

/// Why no node can start a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoProgram {
    /// It is a Linux path or shell.
    Linux,
    /// It is a PowerShell script.
    Script,
    /// It is a whole command line.
    CommandLine,
    /// It is PowerShell 7, without a folder.
    PowerShell7,
}

impl NoProgram {
    /// The first reason that applies; `None` for a possible program.
    pub fn of(program: &WindowsPath) -> Option<NoProgram> {
        let text = program.text();
        match () {
            () if is_linux_program(program) => Some(NoProgram::Linux),
            () if is_powershell_script(text) => Some(NoProgram::Script),
            () if is_command_line(text) => Some(NoProgram::CommandLine),
            () if is_powershell_7(text) => Some(NoProgram::PowerShell7),
            () => None,
        }
    }
}
