//! How `cmd` interprets the arguments that hcsshim passes to it.

/// Follows how `cmd` reads the arguments of a command line one by one, and, if PowerShell is the program, how
/// PowerShell reads them.
///
/// `windows.EscapeArg` quotes an argument that contains a space or a tab, and writes a quote inside as `\"`. `cmd`
/// gives the backslash no meaning: every quote begins or ends a quoted part. `cmd` reads one line and ignores
/// everything after a line break.
#[derive(Debug, Default)]
pub struct CmdReader {
    in_quotes: bool,
    at_end: bool,
    script: Option<Script>,
}

/// The state of PowerShell in a script passed as arguments. PowerShell receives them without the quotes of the command
/// line and joins them with spaces.
#[derive(Debug, Default)]
struct Script {
    /// The quote of the current string.
    string: Option<char>,
    is_escaped: bool,
}

impl Script {
    fn read(&mut self, c: char) {
        if std::mem::take(&mut self.is_escaped) {
            return;
        }
        match (self.string, c) {
            (None | Some('"'), '`') => self.is_escaped = true,
            (None, '"' | '\'') => self.string = Some(c),
            (Some(quote), _) if quote == c => self.string = None,
            _ => {}
        }
    }
}

/// The effect of a special character outside quotes on `cmd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `&` and `|`: another command follows.
    Command(char),
    /// `<` and `>`: a file name follows.
    Redirection(char),
    /// `^`: it is removed.
    Escape,
}

impl CmdReader {
    /// A reader for the arguments of PowerShell. Redirections outside its strings are ignored, because they have the
    /// same effect in `cmd` and in PowerShell.
    pub fn for_powershell() -> CmdReader {
        CmdReader { script: Some(Script::default()), ..CmdReader::default() }
    }

    /// Reads the next argument and returns its first relevant operator, preferably one that begins a command.
    pub fn operator_in(&mut self, argument: &str) -> Option<Operator> {
        // Fast path: nearly no argument has a character that `cmd` interprets.
        if self.at_end || !argument.bytes().any(|byte| CMD_SPECIAL[usize::from(byte)]) {
            return None;
        }
        let quoted = argument.contains([' ', '\t']);
        self.in_quotes ^= quoted;
        let mut found = None;
        let mut previous = None;
        for c in argument.chars() {
            if c == '\n' {
                self.at_end = true;
                break;
            }
            let redirects_itself =
                self.script.as_ref().is_some_and(|script| script.string.is_none() && !script.is_escaped);
            if let Some(script) = &mut self.script {
                script.read(c);
            }
            match c {
                '"' => self.in_quotes = !self.in_quotes,
                _ if self.in_quotes || matches!(found, Some(Operator::Command(_))) => {}
                _ => {
                    let matters =
                        |operator: &Operator| !(redirects_itself && matches!(operator, Operator::Redirection(_)));
                    let next = operator(previous, c).filter(matters);
                    if found.is_none() || matches!(next, Some(Operator::Command(_))) {
                        found = next;
                    }
                }
            }
            previous = Some(c);
        }
        self.in_quotes ^= quoted;
        if let Some(script) = &mut self.script {
            // An escape at the end of the argument applies to the space after it.
            script.is_escaped = false;
        }
        found
    }
}

/// The characters that `cmd` interprets, the line break at which it stops, and those that begin strings and escapes in
/// PowerShell. Indexed by byte, because a lookup takes fewer instructions than seven comparisons.
static CMD_SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut special: &[u8] = b"\"&|<>^'`\n";
    while let [byte, rest @ ..] = special {
        table[*byte as usize] = true;
        special = rest;
    }
    table
};

fn operator(previous: Option<char>, c: char) -> Option<Operator> {
    match c {
        // `2>&1` duplicates a stream.
        '&' if matches!(previous, Some('>' | '<')) => None,
        '&' | '|' => Some(Operator::Command(c)),
        '<' | '>' => Some(Operator::Redirection(c)),
        '^' => Some(Operator::Escape),
        _ => None,
    }
}

/// Whether an argument has a line break that truncates the command line: `windows.EscapeArg` leaves it unchanged, and
/// `cmd` reads one line. A break at the very end of the command line is harmless.
pub fn truncates_command_line(argument: &str, is_last: bool) -> bool {
    argument.contains('\n') && (!is_last || argument.trim_end().contains('\n'))
}

/// Whether `cmd /c` removes the quotes around a program with a space in its path. According to `cmd /?`, it does if the
/// command line has more quotes, including those that [`super::arguments::escape`] adds, or special characters between
/// the two.
pub fn cmd_removes_quotes<'t>(program: &str, mut arguments: impl Iterator<Item = &'t str>) -> bool {
    program.contains(['"', '&', '<', '>', '(', ')', '@', '^', '|'])
        || arguments.any(|argument| argument.is_empty() || argument.contains([' ', '\t', '"']))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn operator_in(arguments: &[&str]) -> Option<Operator> {
        let mut reader = CmdReader::default();
        let found: Vec<Operator> = arguments.iter().filter_map(|a| reader.operator_in(a)).collect();
        found.first().copied()
    }

    #[test]
    fn operators_count_outside_quotes_only() {
        for (arguments, operator) in [
            (&["--url=http://h/?a=1&b=2"][..], Some(Operator::Command('&'))),
            (&["a|b"], Some(Operator::Command('|'))),
            (&["x", ">", "y"], Some(Operator::Redirection('>'))),
            (&["^kube"], Some(Operator::Escape)),
            (&["^(a|b)$"], Some(Operator::Command('|'))),
            (&["a & b"], None),
            (&["/c", "ping x > nul"], None),
            // A quote in an argument without spaces protects the text up to the next quote.
            (&["a\"b&c\""], None),
            (&["a\"b\"&c"], Some(Operator::Command('&'))),
            // A quoted part of an argument with spaces is outside the quotes that EscapeArg adds.
            (&["-c", "echo \"a&b\" c"], Some(Operator::Command('&'))),
            (&["-c", "echo \"a\" | more"], None),
            // An unpaired quote reaches into the next argument.
            (&["a\"", "b&c"], None),
            (&["2>&1"], Some(Operator::Redirection('>'))),
            (&["a\nb|c", "d&e"], None),
            (&["a|b\nc"], Some(Operator::Command('|'))),
            (&["%PATH%", "a;b", "(c)"], None),
        ] {
            assert_eq!(operator_in(arguments), operator, "{arguments:?}");
        }
    }

    #[test]
    fn redirections_count_in_strings_of_powershell_only() {
        let in_script = |arguments: &[&str]| {
            let mut reader = CmdReader::for_powershell();
            arguments.iter().find_map(|argument| reader.operator_in(argument))
        };
        for arguments in [
            &["-Command", "Get-Date", ">", r"C:\log.txt"][..],
            &["Get-Date>C:\\log.txt", "2>&1"],
            &["'a'", ">", "b"],
            // A single argument with spaces is in the quotes that EscapeArg adds.
            &["Write-Host 'a > b'"],
            &["Write-Host \"a\" > C:\\log.txt"],
            &["`'", ">", "x"],
        ] {
            assert_eq!(in_script(arguments), None, "{arguments:?}");
        }
        for arguments in [
            &["Write-Output \"---> step 1\";", "Start-Sleep 600;"][..],
            &["Write-Host", "'-->'"],
            &["Write-Host", "'a", ">", "b'"],
            &["Write-Host", "`>"],
            &["\"it's\"", "'", ">", "'"],
        ] {
            assert_eq!(in_script(arguments), Some(Operator::Redirection('>')), "{arguments:?}");
        }
        assert_eq!(in_script(&["Get-Process", "|", "Out-Null"]), Some(Operator::Command('|')));
    }

    #[test]
    fn line_breaks_truncate_except_at_the_end() {
        for (argument, is_last, cuts) in [
            ("a\nb", true, true),
            ("a\r\nb\r\n", true, true),
            ("\na", true, true),
            ("a\n", false, true),
            ("a\n", true, false),
            ("a \r\n \n", true, false),
            ("a b", false, false),
            ("", true, false),
        ] {
            assert_eq!(truncates_command_line(argument, is_last), cuts, "{argument:?}, last: {is_last}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in r#"(\PC|['"`<>&|^ ]){0,12}"#) {
            CmdReader::default().operator_in(&text);
            CmdReader::for_powershell().operator_in(&text);
        }

        #[test]
        fn arguments_with_spaces_and_without_quotes_have_no_operators(text in "[a-z&|<>^]{0,9} [a-z&|<>^]{0,9}") {
            prop_assert_eq!(CmdReader::default().operator_in(&text), None);
        }
    }
}
