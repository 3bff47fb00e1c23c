//! Scripts in the arguments of shells, and texts that are used as a program name but are none.

use super::command_line::Shell;
use super::path::WindowsPath;

/// The path of the script at the beginning of a shell's argument: `& 'C:\x.ps1' -Force`.
pub fn script_in(argument: &str) -> Option<&str> {
    const QUOTES: [char; 2] = ['"', '\''];
    let text = argument.trim();
    let text = text.strip_prefix("& ").or_else(|| text.strip_prefix(". ")).unwrap_or(text).trim_start();
    let path = match text.strip_prefix(QUOTES) {
        Some(quoted) => quoted.split(QUOTES).next()?,
        None if is_script(text) && !text.contains(['"', '\'', ';']) => text,
        None => text.split([' ', ';']).next()?,
    };
    is_script(path).then_some(path)
}

/// Whether a path is a script of PowerShell or `cmd`.
pub fn is_script(path: &str) -> bool {
    [".ps1", ".cmd", ".bat"].iter().any(|ending| ends_with(path, ending))
}

/// Whether a program name is a whole command line, with arguments after the program: `agent.exe --port 80`.
pub fn is_command_line(program: &str) -> bool {
    let Some((before_last, _)) = program.trim_end().rsplit_once([' ', '\t']) else { return false };
    let mut words = before_last.split([' ', '\t']).map(|word| word.trim_matches('"'));
    let is_program = |word: &str| ends_with(word, ".exe") || is_script(word);
    words.clone().next().is_some_and(|first| Shell::of(&WindowsPath::new(first)).is_some()) || words.any(is_program)
}

/// Whether a shell's argument contains several commands, one of which may change the working directory of the next.
pub fn has_several_commands(argument: &str) -> bool {
    let text = argument.trim();
    text.strip_prefix("& ").unwrap_or(text).contains([';', '&', '|', '\n'])
}

/// Whether a program is a PowerShell script.
pub fn is_powershell_script(program: &str) -> bool {
    ends_with(program, ".ps1")
}

/// Whether a program is the bare name of PowerShell 7, which is not part of Windows.
pub fn is_powershell_7(program: &str) -> bool {
    ["pwsh", "pwsh.exe"].iter().any(|name| name.eq_ignore_ascii_case(program))
}

fn ends_with(text: &str, ending: &str) -> bool {
    let own = text.len().checked_sub(ending.len()).and_then(|at| text.get(at..));
    own.is_some_and(|own| own.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_found_in_arguments_of_shells() {
        for (argument, script) in [
            (r"C:\hpc\x.ps1", Some(r"C:\hpc\x.ps1")),
            (r"/scripts/x.PS1", Some("/scripts/x.PS1")),
            (r"C:\my scripts\x.ps1", Some(r"C:\my scripts\x.ps1")),
            (r"& 'C:\my scripts\x.ps1' -Force", Some(r"C:\my scripts\x.ps1")),
            (r"C:\x.cmd & exit", Some(r"C:\x.cmd")),
            (r"C:\x.ps1; exit", Some(r"C:\x.ps1")),
            ("-File", None),
            (r"Get-Content C:\x.txt", None),
            (r"if (Test-Path C:\x.ps1) { 1 }", None),
            ("", None),
            ("&", None),
        ] {
            assert_eq!(script_in(argument), script, "{argument}");
        }
    }

    #[test]
    fn command_lines_are_recognised() {
        for text in [
            "powershell -Command x",
            "agent.exe --port 80",
            r#""C:\Program Files\a\agent.exe" -v"#,
            "cmd /c dir",
            "x.cmd a",
        ] {
            assert!(is_command_line(text), "{text}");
        }
        for text in ["agent.exe", r"C:\Program Files\a\agent.exe", "agent", "my agent", "agent.exe ", "", " "] {
            assert!(!is_command_line(text), "{text}");
        }
    }

    #[test]
    fn several_commands_are_recognised() {
        for argument in [";", "cd x; y", "cd x && y.cmd", "a\nb", "& 'a.ps1'; b", "a | b"] {
            assert!(has_several_commands(argument), "{argument}");
        }
        for argument in ["", "-Command", "& 'a.ps1' -Force", "a.ps1\n", " & x"] {
            assert!(!has_several_commands(argument), "{argument}");
        }
    }

    #[test]
    fn powershell_programs_are_recognised() {
        assert!(is_powershell_script(r"C:\hpc\Setup.PS1") && is_powershell_script(".ps1"));
        assert!(!is_powershell_script("setup.ps1.exe") && !is_powershell_script("ps1") && !is_powershell_script("ä"));
        assert!(is_powershell_7("pwsh") && is_powershell_7("PWSH.exe"));
        assert!(!is_powershell_7("powershell.exe") && !is_powershell_7(r"C:\x\pwsh.exe") && !is_powershell_7(""));
    }

    #[test]
    fn never_panics() {
        for text in ["ä", "äps1", "& ", "'", "\"ä.ps1", "' '", "a.exe\tä"] {
            assert!(script_in(text).is_none_or(|path| text.contains(path)), "{text}");
            let _ = is_command_line(text);
        }
    }
}
