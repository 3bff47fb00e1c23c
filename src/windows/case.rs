//! Upper and lower case as Windows compares names: letter by letter, whatever the language and the neighbours.

/// A text in lower case.
pub fn lower_case(text: &str) -> String {
    text.chars().map(lower).collect()
}

/// Whether two texts differ in case only.
pub fn is_same(one: &str, other: &str) -> bool {
    one.chars().map(lower).eq(other.chars().map(lower))
}

/// Whether the letters of a path are those of a folder, or begin with them and a backslash.
pub fn is_same_or_below(path: impl Iterator<Item = char>, folder: impl Iterator<Item = char>) -> bool {
    let mut path = path.map(lower);
    folder.map(lower).all(|wanted| path.next() == Some(wanted)) && path.next().is_none_or(|next| next == '\\')
}

/// One letter becomes one letter, and letters that Windows keeps apart stay apart. Its table of capitals (as ntfs-3g and
/// wimlib have it, for Vista) differs from Unicode in a few signs that have a lower-case form but are not capitals to
/// Windows (the kelvin, the ohm and the ångström among them), and in the final sigma, which is a sigma. Letters that Unicode got later are compared as Unicode does.
fn lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (c, lower.next(), lower.next()) {
        ('ς', ..) => 'σ',
        ('\u{212A}' | '\u{2126}' | '\u{212B}' | 'ẞ' | 'ϴ' | 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ', ..) => c,
        // Windows compares units of UTF-16.
        ('\u{10000}'.., ..) => c,
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
        assert!(is_same("JÄRJESTELMÄNVALVOJAT", "Järjestelmänvalvojat"));
        assert!(is_same("RENDSZERGAZDÁK", "Rendszergazdák"));
        assert!(is_same("ΟΔΟΣ", "οδος") && is_same("ΟΔΟΣ", "οδοσ"), "a sigma at the end is like any other");
        assert_eq!(lower_case("ÅÄÖ"), "åäö");
        assert!(!is_same("a", "ab") && !is_same("ab", "a"));
    }

    #[test]
    fn signs_that_only_look_like_letters() {
        assert!(!is_same("\u{212A}", "k") && !is_same("\u{2126}", "ω") && !is_same("\u{212B}", "å"));
        assert!(!is_same("İ", "i") && !is_same("ı", "i") && !is_same("ſ", "s"));
    }

    #[test]
    fn letters_that_windows_keeps_apart() {
        for (one, other) in [("ẞ", "ß"), ("ß", "ss"), ("ϴ", "θ"), ("ǅ", "ǆ"), ("ǅ", "Ǆ"), ("𐐀", "𐐨")] {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }
}
