//! How messages show values and suggest names.

use std::fmt::{self, Write};

/// A value as messages show it: in single quotes, which YAML takes literally, with control characters escaped so that a
/// value cannot forge lines or steer a terminal.
pub fn quote(value: &str) -> Quoted<'_> {
    Quoted(value)
}

/// A quoted value, formatted only when a message is written.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'v>(&'v str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('\'')?;
        for c in self.0.chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        f.write_char('\'')
    }
}

/// `, did you mean 'x'?` for the candidate closest to a misspelt name, or nothing when none is close.
pub fn did_you_mean<'n>(misspelt: &str, candidates: impl IntoIterator<Item = &'n str>) -> String {
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

    #[test]
    fn control_characters_cannot_forge_lines() {
        assert_eq!(quote("a\nDENIED\u{1b}[0m\\b").to_string(), "'a\\nDENIED\\u{1b}[0m\\b'");
    }

    #[test]
    fn only_close_names_are_suggested() {
        assert_eq!(did_you_mean("host-netwrok", ["host-users", "host-network"]), ", did you mean 'host-network'?");
        assert_eq!(did_you_mean("zzzzzzzz", ["host-users", "host-network"]), "");
        assert_eq!(did_you_mean("x", []), "");
    }
}
