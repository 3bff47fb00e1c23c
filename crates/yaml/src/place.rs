//! The places of values in the text.

use std::ops::Range;

/// The place of a value, as byte ranges in the whole text.
#[derive(Clone, Debug, Default)]
pub struct Located {
    /// Its key, if it is a member of a mapping.
    pub key: Option<Range<usize>>,
    /// The value itself.
    pub value: Range<usize>,
    /// Its children.
    pub children: Children,
}

/// The children of a value.
#[derive(Clone, Debug, Default)]
pub enum Children {
    /// No children: a scalar.
    #[default]
    None,
    /// The items of a list.
    List(Vec<Located>),
    /// The members of a mapping with their keys, in order; merged members come last.
    Map(Vec<(String, Located)>),
}

impl Children {
    /// The member of a mapping with a key.
    pub fn member(&self, key: &str) -> Option<&Located> {
        match self {
            Children::Map(members) => members.iter().find(|(name, _)| name == key).map(|(_, member)| member),
            Children::None | Children::List(_) => None,
        }
    }
}

impl Located {
    /// The place of a scalar.
    pub(crate) fn scalar(at: Range<usize>) -> Located {
        Located { key: None, value: at, children: Children::None }
    }

    /// The value at a path such as `spec.containers[1].image` or `metadata.annotations[a.b/c]`, or its nearest existing
    /// ancestor. Keys may contain dots.
    pub fn nearest(&self, path: &str) -> &Located {
        self.child(path).map_or(self, |(child, rest)| child.nearest(rest))
    }

    fn child<'p>(&self, path: &'p str) -> Option<(&Located, &'p str)> {
        match &self.children {
            Children::None => None,
            Children::List(items) => {
                let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
                Some((items.get(index.parse::<usize>().ok()?)?, rest))
            }
            Children::Map(_) => {
                let member = |key| self.children.member(key);
                if let Some((key, rest)) = path.strip_prefix('[').and_then(|path| path.split_once(']')) {
                    return member(key.trim_matches(['\'', '"'])).map(|member| (member, rest));
                }
                let path = path.strip_prefix('.').unwrap_or(path);
                let ends = path.match_indices(['.', '[']).map(|(end, _)| end).chain(std::iter::once(path.len()));
                ends.filter_map(|end| Some((member(&path[..end])?, &path[end..]))).next_back()
            }
        }
    }

    /// The part of the text to point at: the key with its value, or the name of a list item.
    pub fn place(&self) -> Range<usize> {
        match (&self.key, &self.children) {
            (Some(key), Children::None) if !self.value.is_empty() => key.start..self.value.end.max(key.end),
            (Some(key), _) => key.clone(),
            (None, Children::Map(members)) => {
                let first = || {
                    members
                        .iter()
                        .map(|(_, member)| member)
                        .min_by_key(|member| member.key.as_ref().map(|key| key.start))
                };
                self.children.member("name").or_else(first).map_or_else(|| self.value.clone(), Located::place)
            }
            (None, Children::List(items)) => items.first().map_or_else(|| self.value.clone(), Located::place),
            (None, Children::None) => self.value.clone(),
        }
    }
}
