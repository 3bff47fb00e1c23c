//! Command lines as the kubelet, containerd and hcsshim pass them on: shells, and mentions of the image's variable.
//!
//! containerd joins the elements of a command with `windows.EscapeArg`. On nodes with the bind filter, hcsshim 0.10 and
//! later (containerd 1.7) prefixes the result with `cmd /c `, so that a shell reads every command line.

use super::path::WindowsPath;

/// The variable that hcsshim sets to the image's folder, and replaces in command lines, working directories and the
/// values of environment variables.
pub const SANDBOX_MOUNT_POINT: &str = "CONTAINER_SANDBOX_MOUNT_POINT";

/// A program that interprets variables and operators in its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// `cmd`.
    Cmd,
    /// Windows PowerShell and PowerShell 7.
    PowerShell,
    /// `sh` and its family.
    Posix,
}

impl Shell {
    /// The shell with the file name of a program; `None` for other programs.
    pub fn of(program: &WindowsPath) -> Option<Shell> {
        let name = program.file_name()?;
        let name = match name.len().checked_sub(".exe".len()).and_then(|at| name.split_at_checked(at)) {
            Some((name, ending)) if ending.eq_ignore_ascii_case(".exe") => name,
            _ => name,
        };
        let is = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        match () {
            () if is(&["cmd"]) => Some(Shell::Cmd),
            () if is(&["powershell", "pwsh"]) => Some(Shell::PowerShell),
            () if is(POSIX_SHELLS) => Some(Shell::Posix),
            () => None,
        }
    }
}

/// `/bin`, `/sbin` and `/usr`, as Windows paths.
const LINUX_PROGRAMS: &[WindowsPath] =
    &[WindowsPath::on_c(r"C:\bin"), WindowsPath::on_c(r"C:\sbin"), WindowsPath::on_c(r"C:\usr")];

const POSIX_SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh"];

/// Whether a program is a bare Linux shell or is in a Linux program folder. `bash.exe` is a Windows program.
pub fn is_linux_program(program: &WindowsPath) -> bool {
    if !program.text().starts_with(['/', '\\']) {
        return POSIX_SHELLS.contains(&program.text());
    }
    program.is_rooted_without_drive() && LINUX_PROGRAMS.iter().any(|folder| program.is_same_or_under(folder))
}

/// The form of a mention of [`SANDBOX_MOUNT_POINT`], which determines what expands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `%CONTAINER_SANDBOX_MOUNT_POINT%` or `$env:CONTAINER_SANDBOX_MOUNT_POINT`, in exactly this case: the only two
    /// that hcsshim replaces.
    Replaced,
    /// `%container_sandbox_mount_point%`: expanded by `cmd`, which ignores case.
    Cmd,
    /// `$Env:...`, `${env:...}`: expanded by PowerShell.
    PowerShell,
    /// `$CONTAINER_SANDBOX_MOUNT_POINT`, `${...}`: expanded by `sh`.
    Posix,
    /// `$(CONTAINER_SANDBOX_MOUNT_POINT)`: expanded by the kubelet only if the container's own `env` sets it.
    Kubelet,
    /// The bare name, for a program that looks it up itself.
    BareName,
    /// `CONTAINER_SANDBOX_MOUNTPOINT`, or an unclosed `%`: never expanded.
    Misspelt,
}

/// A mention of [`SANDBOX_MOUNT_POINT`], or of a misspelling of it, in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention<'t> {
    /// The mention as written, including the characters of the variable syntax.
    pub text: &'t str,
    /// Its form.
    pub form: Form,
}

const STEM: &str = "CONTAINER_SANDBOX_MOUNT";
const UNDERSCORE: usize = "CONTAINER".len();

/// Every mention of [`SANDBOX_MOUNT_POINT`] in a text, in any case and with or without its last underscore.
pub fn mentions(text: &str) -> impl Iterator<Item = Mention<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        // Most texts are too short for a mention.
        while text.len() - from > STEM.len() {
            let begin = from + find_stem(text.get(from..)?)?;
            from = begin + STEM.len();
            if let Some(mention) = mention_at(text, begin, from) {
                return Some(mention);
            }
        }
        None
    })
}

fn mention_at(text: &str, begin: usize, end_of_stem: usize) -> Option<Mention<'_>> {
    let (before, after) = (text.get(..begin)?, text.get(end_of_stem..)?);
    let has = |ending: &str| starts_with_ignoring_case(after, ending).then_some(ending.len());
    let (ending, misspelt) =
        has("_POINT").map(|length| (length, false)).or(has("POINT").map(|length| (length, true)))?;
    let end = end_of_stem + ending;
    let exact = text.get(begin..end) == Some(SANDBOX_MOUNT_POINT);
    let closes = |closing: char| text.get(end..).is_some_and(|rest| rest.starts_with(closing));
    let (form, opening, closing) = if before.ends_with('%') {
        match (exact, closes('%')) {
            (true, true) => (Form::Replaced, 1, 1),
            (false, true) => (Form::Cmd, 1, 1),
            (_, false) => (Form::Misspelt, 1, 0),
        }
    } else if before.ends_with("$env:") && exact {
        (Form::Replaced, 5, 0)
    } else if ends_with_ignoring_case(before, "${env:") {
        (Form::PowerShell, 6, usize::from(closes('}')))
    } else if ends_with_ignoring_case(before, "$env:") {
        (Form::PowerShell, 5, 0)
    } else if before.ends_with("$(") {
        (Form::Kubelet, 2, usize::from(closes(')')))
    } else if before.ends_with("${") {
        (Form::Posix, 2, usize::from(closes('}')))
    } else if before.ends_with('$') {
        (Form::Posix, 1, 0)
    } else {
        (Form::BareName, 0, 0)
    };
    let form = if misspelt { Form::Misspelt } else { form };
    Some(Mention { text: text.get(begin - opening..end + closing)?, form })
}

/// The index of the stem of the variable's name. It searches for the first underscore, because few texts have any.
fn find_stem(text: &str) -> Option<usize> {
    text.match_indices('_').find_map(|(underscore, _)| {
        let begin = underscore.checked_sub(UNDERSCORE)?;
        starts_with_ignoring_case(text.get(begin..)?, STEM).then_some(begin)
    })
}

fn starts_with_ignoring_case(text: &str, wanted: &str) -> bool {
    // Fast path: an exact match.
    text.get(..wanted.len()).is_some_and(|start| start == wanted || start.eq_ignore_ascii_case(wanted))
}

fn ends_with_ignoring_case(text: &str, wanted: &str) -> bool {
    let end = text.len().checked_sub(wanted.len()).and_then(|at| text.get(at..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shells_are_recognised_by_file_name() {
        for (program, shell) in [
            ("cmd", Some(Shell::Cmd)),
            (r"C:\Windows\System32\CMD.EXE", Some(Shell::Cmd)),
            ("powershell.exe", Some(Shell::PowerShell)),
            ("pwsh", Some(Shell::PowerShell)),
            ("/bin/sh", Some(Shell::Posix)),
            ("bash.exe", Some(Shell::Posix)),
            ("app.exe", None),
            (".exe", None),
            ("cmdlet", None),
            ("", None),
        ] {
            assert_eq!(Shell::of(&WindowsPath::new(program)), shell, "{program}");
        }
    }

    #[test]
    fn linux_programs_are_recognised() {
        for program in ["/bin/sh", "sh", "bash", "/usr/local/bin/app.exe", r"\usr\local\bin\app.exe", "/sbin/x"] {
            assert!(is_linux_program(&WindowsPath::new(program)), "{program}");
        }
        for program in
            ["app.exe", "/app.exe", r"C:\usr\bin\x.exe", "/binary/x", "usr/bin/x", "bash.exe", r"C:\Git\bin\sh.exe", ""]
        {
            assert!(!is_linux_program(&WindowsPath::new(program)), "{program}");
        }
    }

    #[test]
    fn forms_of_the_variable_are_recognised() {
        for (text, form) in [
            (r"%CONTAINER_SANDBOX_MOUNT_POINT%\x", Form::Replaced),
            ("--c=$env:CONTAINER_SANDBOX_MOUNT_POINT/x", Form::Replaced),
            ("%container_sandbox_mount_point%", Form::Cmd),
            ("$Env:CONTAINER_SANDBOX_MOUNT_POINT", Form::PowerShell),
            ("$env:container_sandbox_mount_point", Form::PowerShell),
            ("${env:CONTAINER_SANDBOX_MOUNT_POINT}", Form::PowerShell),
            ("$(CONTAINER_SANDBOX_MOUNT_POINT)/x", Form::Kubelet),
            ("${CONTAINER_SANDBOX_MOUNT_POINT}", Form::Posix),
            (r"$CONTAINER_SANDBOX_MOUNT_POINT\x", Form::Posix),
            ("CONTAINER_SANDBOX_MOUNT_POINT", Form::BareName),
            ("%CONTAINER_SANDBOX_MOUNT_POINT/x", Form::Misspelt),
            ("%CONTAINER_SANDBOX_MOUNTPOINT%", Form::Misspelt),
            ("$env:CONTAINER_SANDBOX_MOUNTPOINT", Form::Misspelt),
        ] {
            let found: Vec<Form> = mentions(text).map(|mention| mention.form).collect();
            assert_eq!(found, [form], "{text}");
        }
    }

    #[test]
    fn mentions_contain_the_whole_variable_only() {
        let text = r"a;%CONTAINER_SANDBOX_MOUNT_POINT%\b;$(CONTAINER_SANDBOX_MOUNT_POINT)c CONTAINER_SANDBOX_MOUNT_X";
        let found: Vec<&str> = mentions(text).map(|mention| mention.text).collect();
        assert_eq!(found, ["%CONTAINER_SANDBOX_MOUNT_POINT%", "$(CONTAINER_SANDBOX_MOUNT_POINT)"]);
    }

    proptest! {
        #[test]
        fn never_panics(text in r"(\PC|[%$({]|CONTAINER_SANDBOX_MOUNT|_?POINT|env:){0,12}") {
            for mention in mentions(&text) {
                prop_assert!(text.contains(mention.text));
            }
            let path = WindowsPath::new(&text);
            let _ = (Shell::of(&path), is_linux_program(&path));
        }
    }
}
