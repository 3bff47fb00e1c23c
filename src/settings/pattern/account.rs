//! Patterns for accounts. Case is ignored and, in names of `NT AUTHORITY`, spaces: `NT AUTHORITY\LocalService` and
//! `NT AUTHORITY\Local Service` are the same account.

use std::borrow::Cow;

use crate::windows::case::lower_case;

/// The comparable form of an account or a pattern.
pub fn comparable(name: &str) -> Option<Cow<'_, str>> {
    let comparable = match name.split_once('\\') {
        Some((domain, user)) if domain.eq_ignore_ascii_case("NT AUTHORITY") => {
            lower_case(&format!("{domain}\\{}", user.replace(' ', "")))
        }
        _ => lower_case(name),
    };
    Some(Cow::Owned(comparable))
}

#[cfg(test)]
mod tests {
    use crate::settings::pattern::Syntax;

    #[test]
    fn case_is_ignored_as_in_windows() {
        for (pattern, name) in [
            ("NT AUTHORITY\\*", "nt authority\\system"),
            ("NT AUTHORITY\\Local service", "nt authority\\LocalService"),
            ("администраторы", "Администраторы"),
            ("ΟΔΟΣ*", "οδοσ1"),
        ] {
            assert!(Syntax::ACCOUNT.is_covered(&[pattern], name), "{pattern} {name}");
        }
        assert!(!Syntax::ACCOUNT.is_covered(&["hpc users"], "hpcusers"), "spaces count outside NT AUTHORITY");
        assert!(!Syntax::ACCOUNT.is_covered(&["*"], ""), "a missing account");
    }
}
