//! Escapes output. A manifest may be hostile: its names and lines must not control the terminal, or run as commands in
//! a pipeline, which reads commands from its log.
//!
//! `##vso[` and `##[` are commands anywhere in a line, in Azure Pipelines and GitHub runners; `::` at the start of a
//! line, in GitHub Actions.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};
use windows_hostprocess_policy::wording::{begins_command, escaped, is_hidden};

/// Escapes commands in a log of several lines. Colours and symbols are kept.
pub fn log(text: &str) -> String {
    let mut quiet = String::with_capacity(text.len());
    for line in text.split_inclusive(['\n', '\r']) {
        let line_start = line.trim_start();
        let command = line.len() - line_start.len();
        for (at, c) in line.char_indices() {
            if begins_command(&line[at..]) || at == command && line_start.starts_with("::") {
                quiet.extend(c.escape_unicode());
            } else {
                quiet.push(c);
            }
        }
    }
    quiet
}

/// A writer that applies [`log`] to each line. Errors are deferred until it is flushed, because a library that writes
/// to it may hide them.
pub struct Log<W> {
    to: W,
    /// The incomplete line written so far.
    line: Vec<u8>,
    written: io::Result<()>,
}

impl<W: Write> Log<W> {
    /// Wraps a writer.
    pub fn new(to: W) -> Log<W> {
        Log { to, line: Vec::new(), written: Ok(()) }
    }

    /// Writes the buffered lines up to this end.
    fn write_lines(&mut self, end: usize) -> io::Result<()> {
        let text = str::from_utf8(&self.line[..end]).map_err(io::Error::other)?;
        self.to.write_all(log(text).as_bytes())?;
        self.line.drain(..end);
        Ok(())
    }
}

impl<W: Write> Write for Log<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.written.is_ok() {
            let before = self.line.len();
            self.line.extend_from_slice(bytes);
            if let Some(last) = bytes.iter().rposition(|byte| *byte == b'\n') {
                self.written = self.write_lines(before + last + 1);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        std::mem::replace(&mut self.written, Ok(()))?;
        self.write_lines(self.line.len())?;
        self.to.flush()
    }
}

/// Escapes text for annotations and XML, except line breaks, for which these formats have their own escapes. See
/// [`escaped`].
pub fn lines(text: &str) -> String {
    let line = |line: &str| {
        let content = line.trim_end_matches(['\n', '\r']);
        format!("{}{}", escaped(content), &line[content.len()..])
    };
    text.split_inclusive(['\n', '\r']).map(line).collect()
}

/// Escapes lines of a file or a diff for a terminal, keeping line breaks and tabs.
pub fn source(text: &str) -> String {
    let line = |line: &str| {
        let content = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        let mut quiet = String::with_capacity(line.len());
        for c in content.chars() {
            if is_hidden(c) && c != '\t' {
                quiet.extend(c.escape_unicode());
            } else {
                quiet.push(c);
            }
        }
        quiet + &line[content.len()..]
    };
    log(&text.split_inclusive('\n').map(line).collect::<String>())
}

/// Writes indented JSON. Escapes in strings keep its value.
///
/// # Errors
/// It cannot be written.
pub fn json(value: &impl Serialize, to: &mut impl Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *to, Quiet(PrettyFormatter::new())))?;
    to.write_all(b"\n")
}

/// JSON in one line, without a line break.
pub fn json_line(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail, and all keys are strings.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut bytes, Quiet(CompactFormatter)));
    String::from_utf8(bytes).unwrap_or_default()
}

/// A formatter that writes strings with more escapes than JSON requires.
struct Quiet<F>(F);

impl<F: Formatter> Formatter for Quiet<F> {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut written = 0;
        for (at, c) in fragment.char_indices() {
            if is_hidden(c) || begins_command(&fragment[at..]) {
                writer.write_all(&fragment.as_bytes()[written..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                written = at + c.len_utf8();
            }
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }

    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn commands_and_invisible_characters_are_escaped() {
        let hostile = "::a ##vso[b]\r\n  ::##[c]\td \u{9b}\u{ffff}\n";
        assert_eq!(log("  ::a ##[b]\u{1b}[0m\n"), "  \\u{3a}:a \\u{23}#[b]\u{1b}[0m\n");
        let escaped = "::a \\u{23}#vso[b]\r\n  ::\\u{23}#[c]\\u{9}d \\u{9b}\\u{ffff}\n";
        assert_eq!(lines(hostile), escaped);
        let shown = "\\u{3a}:a \\u{23}#vso[b]\r\n  \\u{3a}:\\u{23}#[c]\td \\u{9b}\\u{ffff}\n";
        assert_eq!(source(hostile), shown);
        assert_eq!(json_line(&"##[\u{9b}"), "\"\\u0023#[\\u009b\"");
    }

    proptest! {
        #[test]
        fn escaped_json_has_the_same_values_and_layout(text in "[#v\\[\\PC\n\u{9b}\u{202e}\"\\\\]{0,40}") {
            let value = serde_json::json!({ "a": [text, {}, []], text.as_str(): { "b": 1.5 } });
            let mut shown = Vec::new();
            json(&value, &mut shown).expect("written");
            let shown = String::from_utf8(shown).expect("UTF-8");
            prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&shown).expect("JSON"), &value);
            prop_assert!(!shown.contains("##[") && !shown.contains("##v"), "{}", shown);
            if !text.contains(|c| c == '#' || is_hidden(c)) {
                prop_assert_eq!(shown, format!("{value:#}\n"));
            }
        }
    }
}
