//! Descriptions of why a grant does not cover a workload.

use std::borrow::Cow;
use std::fmt;

use crate::settings::grant::Requesters;
use crate::settings::label_selector::LabelSelector;
use crate::wording::quote;

/// A list of a grant, with a value of the workload that does not match it.
#[derive(Debug)]
pub struct Mismatch<'c> {
    /// The noun for the value in messages: `image`.
    pub noun: &'static str,
    /// The value; `""` if the workload has none.
    pub value: Cow<'c, str>,
    /// The key of the list in the settings.
    pub list: &'static str,
    /// The requirement of the grant.
    pub wanted: Wanted<'c>,
}

/// The requirement of a list of a grant.
#[derive(Debug)]
pub enum Wanted<'c> {
    /// A match of one of these patterns.
    Patterns(&'c [&'c str]),
    /// One of these users, or a member of one of these groups.
    Requesters(&'c Requesters<'c>),
    /// Labels of the namespace that this selector selects.
    Labels(&'c LabelSelector<'c>),
    /// Labels of the namespace, which are unknown, with the reason.
    UnknownLabels(&'c str),
}

/// `image 'x' is not in its images ['registry.example/*']`.
impl fmt::Display for Mismatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { noun, value, list, wanted } = self;
        let value = quote(value);
        match wanted {
            Wanted::Labels(selector) => write!(f, "{noun} {value} is not selected by its {list} ({selector})"),
            Wanted::UnknownLabels(reason) => {
                write!(f, "the labels of {noun} {value}, which its {list} needs, are unknown ({reason})")
            }
            Wanted::Patterns(_) | Wanted::Requesters(_) if self.value.is_empty() => {
                write!(f, "the {noun} is unknown, but must be in its {list} [{wanted}]")
            }
            Wanted::Patterns(_) | Wanted::Requesters(_) => write!(f, "{noun} {value} is not in its {list} [{wanted}]"),
        }
    }
}

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Patterns(patterns) => list_patterns(patterns, f),
            Wanted::Requesters(Requesters { users, groups }) => {
                let mut joint = "";
                for (key, list) in [("users ", users), ("groups ", groups)] {
                    if let Some(list) = list.as_ref().filter(|list| !list.is_empty()) {
                        f.write_str(joint)?;
                        f.write_str(key)?;
                        list_patterns(list, f)?;
                        joint = " or ";
                    }
                }
                Ok(())
            }
            Wanted::Labels(selector) => selector.fmt(f),
            Wanted::UnknownLabels(reason) => f.write_str(reason),
        }
    }
}

/// `'a', 'b', 'c' and 4 more`.
fn list_patterns(patterns: &[&str], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const MAX_SHOWN: usize = 3;
    let mut joint = "";
    for pattern in patterns.iter().take(MAX_SHOWN) {
        write!(f, "{joint}{}", quote(pattern))?;
        joint = ", ";
    }
    match patterns.len().saturating_sub(MAX_SHOWN) {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}
