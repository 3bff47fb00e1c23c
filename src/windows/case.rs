//! Case-insensitive comparison as in Windows: letter by letter, regardless of language and context.

/// Converts a text to lower case.
pub fn lower_case(text: &str) -> String {
    text.chars().map(lower).collect()
}

/// Whether two texts differ in case only.
pub fn is_same(one: &str, other: &str) -> bool {
    one.chars().map(lower).eq(other.chars().map(lower))
}

/// Whether a path, given by its characters, is a folder or below it.
pub fn is_same_or_below(path: impl Iterator<Item = char>, folder: impl Iterator<Item = char>) -> bool {
    let mut path = path.map(lower);
    folder.map(lower).all(|wanted| path.next() == Some(wanted)) && path.next().is_none_or(|next| next == '\\')
}

/// Maps one letter to one letter, and keeps letters distinct that Windows distinguishes. The upcase table of Windows
/// (that of Vista, as in ntfs-3g and wimlib) differs from Unicode in a few signs that have a lower-case form but are
/// not capitals in Windows (such as the kelvin, ohm and ångström signs), and in the final sigma, which equals a sigma.
/// Letters added to Unicode later are compared as in Unicode.
fn lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (c, lower.next(), lower.next()) {
        ('ς', ..) => 'σ',
        ('\u{212A}' | '\u{2126}' | '\u{212B}' | 'ẞ' | 'ϴ' | 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ', ..) => c,
        // Windows compares UTF-16 code units.
        ('\u{10000}'.., ..) => c,
        (_, Some(letter), None) => letter,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_ignored_in_every_alphabet() {
        assert!(is_same("Program FILES", "pROGRAM files"));
        assert!(is_same("АДМИНИСТРАТОРЫ", "Администраторы"));
        assert!(is_same("JÄRJESTELMÄNVALVOJAT", "Järjestelmänvalvojat"));
        assert!(is_same("RENDSZERGAZDÁK", "Rendszergazdák"));
        assert!(is_same("ΟΔΟΣ", "οδος") && is_same("ΟΔΟΣ", "οδοσ"), "a final sigma equals any other");
        assert_eq!(lower_case("ÅÄÖ"), "åäö");
        assert!(!is_same("a", "ab") && !is_same("ab", "a"));
    }

    #[test]
    fn signs_that_resemble_letters_are_distinct() {
        assert!(!is_same("\u{212A}", "k") && !is_same("\u{2126}", "ω") && !is_same("\u{212B}", "å"));
        assert!(!is_same("İ", "i") && !is_same("ı", "i") && !is_same("ſ", "s"));
    }

    #[test]
    fn letters_that_windows_distinguishes_are_distinct() {
        for (one, other) in [("ẞ", "ß"), ("ß", "ss"), ("ϴ", "θ"), ("ǅ", "ǆ"), ("ǅ", "Ǆ"), ("𐐀", "𐐨")] {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }
}
