//! Upper and lower case as Windows compares names: letter by letter, whatever the language and the neighbours.

/// A text in lower case.
pub fn lower_case(text: &str) -> String {
    text.chars().map(lower).collect()
}

/// Whether two texts differ in case only.
pub fn is_same(one: &str, other: &str) -> bool {
    one.chars().map(lower).eq(other.chars().map(lower))
}

/// One letter becomes one letter. The signs for kelvin, ohm and ångström stay what they are: Unicode gives them the
/// lower-case forms of K, Ω and Å, but to Windows a name with such a sign is another name.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (c, lower.next(), lower.next()) {
        ('\u{212A}' | '\u{2126}' | '\u{212B}', ..) => c,
        (_, Some(letter), None) => letter,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_every_alphabet() {
        assert!(is_same("Program FILES", "pROGRAM files"));
        assert!(is_same("АДМИНИСТРАТОРЫ", "Администраторы"));
        assert!(is_same("ΟΔΟΣ", "οδοσ"), "a sigma at the end is like any other");
        assert_eq!(lower_case("ÅÄÖ ẞ"), "åäö ß");
        assert!(!is_same("a", "ab") && !is_same("ab", "a"));
    }

    #[test]
    fn signs_that_only_look_like_letters() {
        assert!(!is_same("\u{212A}", "k") && !is_same("\u{2126}", "ω") && !is_same("\u{212B}", "å"));
        assert!(!is_same("İ", "i") && !is_same("ı", "i") && !is_same("ſ", "s"));
    }
}
