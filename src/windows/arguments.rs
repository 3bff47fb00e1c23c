//! Joining of arguments to a command line, and splitting.

use std::borrow::Cow;

/// Joins the elements of a command to a command line, each [`escape`]d.
pub fn join<T: AsRef<str>>(elements: &[T]) -> String {
    let mut line = String::new();
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            line.push(' ');
        }
        line.push_str(&escape(element.as_ref()));
    }
    line
}

/// Go's `windows.EscapeArg`: puts quotes around an argument that is empty or contains a space or a tab, and a backslash
/// before every quote. Line breaks are unchanged.
pub fn escape(argument: &str) -> Cow<'_, str> {
    if argument.is_empty() {
        return Cow::Borrowed("\"\"");
    }
    let has_space = argument.contains([' ', '\t']);
    if !has_space && !argument.contains('"') {
        return Cow::Borrowed(argument);
    }
    let mut escaped = String::with_capacity(argument.len() + 2);
    let mut backslashes = 0;
    if has_space {
        escaped.push('"');
    }
    for c in argument.chars() {
        match c {
            '\\' => backslashes += 1,
            '"' => {
                push_backslashes(&mut escaped, backslashes + 1);
                backslashes = 0;
            }
            _ => backslashes = 0,
        }
        escaped.push(c);
    }
    if has_space {
        push_backslashes(&mut escaped, backslashes);
        escaped.push('"');
    }
    Cow::Owned(escaped)
}

fn push_backslashes(text: &mut String, count: usize) {
    text.extend(std::iter::repeat_n('\\', count));
}

/// The words of a command line as hcsshim splits it (`splitArgs`): separated by spaces, or enclosed in a pair of
/// quotes, which they keep. An unclosed quote is dropped.
pub fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(is_space);
            let quoted = rest.strip_prefix('"');
            let end = match quoted {
                None => rest.find(|c| is_space(c) || c == '"').unwrap_or(rest.len()),
                Some(after) => match after.find('"') {
                    Some(closing) => closing + 2,
                    None => {
                        rest = after;
                        continue;
                    }
                },
            };
            let (word, after) = rest.split_at(end);
            rest = after;
            return (!word.is_empty()).then_some(word);
        }
    })
}

/// Whether the regular expression with which hcsshim splits treats a character as a space.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_escaped_as_in_go() {
        for (argument, expected) in [
            ("", "\"\""),
            ("a", "a"),
            ("a b", "\"a b\""),
            ("a\tb", "\"a\tb\""),
            ("a\nb", "a\nb"),
            (r"C:\dir\", r"C:\dir\"),
            (r"C:\a b\", r#""C:\a b\\""#),
            (r#"a"b"#, r#"a\"b"#),
            (r#"a\"b"#, r#"a\\\"b"#),
            (r#"say "x & y""#, r#""say \"x & y\"""#),
        ] {
            assert_eq!(escape(argument), expected, "{argument}");
        }
        assert_eq!(join(&["a.exe", "", "b c"]), r#"a.exe "" "b c""#);
    }

    #[test]
    fn command_lines_are_split_as_in_hcsshim() {
        for (line, expected) in [
            ("a b  c", &["a", "b", "c"][..]),
            (r#"sh -c "sleep 5""#, &["sh", "-c", r#""sleep 5""#]),
            (r#"a"b c"d"#, &["a", r#""b c""#, "d"]),
            (r#"a "b"#, &["a", "b"]),
            ("\"\" x", &["\"\"", "x"]),
            ("\"", &[]),
            ("", &[]),
            ("a\r\nb", &["a", "b"]),
        ] {
            assert_eq!(words(line).collect::<Vec<_>>(), expected, "{line}");
        }
    }
}
