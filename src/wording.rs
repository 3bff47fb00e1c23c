//! Quoting of values in messages, and suggestions for misspelt names.

use std::fmt::{self, Display, Write};
use std::hash::Hasher;

use siphasher::sip::SipHasher13;

/// The maximum length of a quoted value, which may be repeated in thousands of findings.
const MAX_QUOTED_BYTES: usize = 300;

/// Quotes a value for a message: in single quotes, which YAML takes literally, and [`escaped`]. Long values are
/// truncated and followed by a hash of the whole value, so that messages about different values differ.
pub fn quote(value: &str) -> Quoted<'_> {
    Quoted(value)
}

/// A quoted value, formatted only when a message is written.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'v>(&'v str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0;
        if value.len() <= MAX_QUOTED_BYTES {
            return write!(f, "'{}'", escaped(value));
        }
        // Baselines store messages, so the hash must not depend on the compiler: SipHash-1-3 with a zero key, of the
        // value and a byte that UTF-8 never contains.
        let mut hasher = SipHasher13::new();
        hasher.write(value.as_bytes());
        hasher.write_u8(0xff);
        let (shown, _) = value.split_at(value.floor_char_boundary(MAX_QUOTED_BYTES));
        write!(f, "'{}...' ({} bytes, hash {:x})", escaped(shown), value.len(), hasher.finish())
    }
}

/// Escapes control, bidirectional and zero-width characters, which could fake a line or control the terminal, and the
/// `##` that begins pipeline commands.
pub fn escaped(text: &str) -> Escaped<'_> {
    Escaped(text)
}

/// An escaped text, formatted only when it is written.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'t>(&'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Fast path: nearly every text is plain.
        if self.0.bytes().all(|byte| matches!(byte, b' '..=b'"' | b'$'..=b'~')) {
            return f.write_str(self.0);
        }
        for (at, c) in self.0.char_indices() {
            match c {
                '\n' => f.write_str("\\n")?,
                c if is_hidden(c) || begins_command(&self.0[at..]) => {
                    c.escape_unicode().try_for_each(|c| f.write_char(c))?
                }
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Whether a text may begin a command that pipelines recognise anywhere in a line: `##vso[` in Azure Pipelines, `##[`
/// there and in old GitHub runners. A text that ends after `##` counts, because more may follow.
pub fn begins_command(text: &str) -> bool {
    let goes_on = |rest: &str| rest.chars().next().is_none_or(|c| matches!(c, '[' | 'v' | 'V') || !c.is_ascii());
    text.strip_prefix("##").is_some_and(goes_on)
}

/// Whether a character is a control character, a bidirectional or zero-width one, or a noncharacter.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{FFFE}' | '\u{FFFF}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Formats a text as one [`escaped`] line of at most `max_bytes`, truncated with an ellipsis. Formatting stops at the
/// limit, because names and paths can be as long as the request.
pub fn line(text: &dyn Display, max_bytes: usize) -> String {
    const ELLIPSIS: &str = "...";
    let mut line = Line { text: String::new(), max_bytes };
    if write!(line, "{text}").is_err() {
        line.text.truncate(line.text.floor_char_boundary(max_bytes.saturating_sub(ELLIPSIS.len())));
        line.text.push_str(ELLIPSIS);
    }
    line.text
}

/// A buffer that fails when it is full.
struct Line {
    text: String,
    max_bytes: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.max_bytes - self.text.len();
        let fitting = text.floor_char_boundary(room);
        // Escapes are longer than the characters they replace.
        write!(self.text, "{}", escaped(&text[..fitting]))?;
        if fitting < text.len() || self.text.len() > self.max_bytes { Err(fmt::Error) } else { Ok(()) }
    }
}

/// `, did you mean 'x'?` for the candidate closest to a misspelt name; empty if none is close.
pub fn did_you_mean<'n>(misspelt: &str, candidates: impl IntoIterator<Item = &'n str>) -> String {
    /// No known name is half as long, and the distance takes quadratic time.
    const LONGEST: usize = 100;
    if misspelt.len() > LONGEST {
        return String::new();
    }
    candidates
        .into_iter()
        .map(|name| (strsim::levenshtein(misspelt, name), name))
        .min()
        .filter(|(distance, name)| *distance <= name.len() / 2)
        .map_or_else(String::new, |(_, name)| format!(", did you mean '{name}'?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(quote("a\nDENIED\u{1b}[0m\\b").to_string(), "'a\\nDENIED\\u{1b}[0m\\b'");
    }

    #[test]
    fn bidirectional_and_zero_width_characters_are_escaped() {
        assert_eq!(escaped("a\u{202e}b\u{2066}c\u{feff}ä\u{85}").to_string(), "a\\u{202e}b\\u{2066}c\\u{feff}ä\\u{85}");
    }

    #[test]
    fn pipeline_commands_are_escaped() {
        assert_eq!(escaped("a ##vso[b]###[c]## d##").to_string(), "a \\u{23}#vso[b]#\\u{23}#[c]## d\\u{23}#");
        assert_eq!(line(&format_args!("{}[{}]", "a##", 0), 40), "a\\u{23}#[0]");
    }

    #[test]
    fn long_values_are_truncated_with_a_hash() {
        let quoted = |ending: &str| quote(&("ä".repeat(1000) + ending)).to_string();
        assert!(quoted("x").starts_with("'äää") && quoted("x").contains("ä...' (2001 bytes, hash "), "{}", quoted("x"));
        assert!(quoted("x").len() < 400);
        assert_eq!(quoted("x"), quoted("x"));
        assert_ne!(quoted("x"), quoted("y"));
    }

    #[test]
    fn lines_are_truncated_between_characters() {
        assert_eq!(line(&"abcdef", 6), "abcdef");
        assert_eq!(line(&"abcdefg", 6), "abc...");
        assert_eq!(line(&"aääää", 6), "aä...");
        assert_eq!(line(&format_args!("{}\n{}", "ab", "cdef"), 7), "ab\\n...");
        assert_eq!(line(&"\n\n\n", 6), "\\n\\n\\n");
    }

    #[test]
    fn formatting_stops_at_the_limit() {
        struct Endless;
        impl Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    f.write_str("again and ")?;
                }
            }
        }
        assert_eq!(line(&Endless, 20), "again and again a...");
    }

    proptest! {
        #[test]
        fn lines_have_no_hidden_characters_and_fit(parts in prop::collection::vec("[\\PC\n\u{1b}\u{202e}ä]{0,12}", 0..6), max_bytes in 3..40_usize) {
            struct Parts(Vec<String>);
            impl Display for Parts {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.iter().try_for_each(|part| f.write_str(part))
                }
            }
            let whole = escaped(&parts.concat()).to_string();
            let line = line(&Parts(parts), max_bytes);
            prop_assert!(line.len() <= max_bytes && !line.contains(is_hidden), "{line:?}");
            match whole.len() <= max_bytes {
                true => prop_assert_eq!(line, whole),
                false => prop_assert!(whole.starts_with(line.trim_end_matches('.')) && line.ends_with("..."), "{line:?} {whole:?}"),
            }
        }
    }

    #[test]
    fn only_close_names_are_suggested() {
        assert_eq!(did_you_mean("host-netwrok", ["host-users", "host-network"]), ", did you mean 'host-network'?");
        assert_eq!(did_you_mean("zzzzzzzz", ["host-users", "host-network"]), "");
        assert_eq!(did_you_mean("x", []), "");
    }
}
