//! A JSON text, and what strings with escapes come to: everything that is read from it borrows from here.

use std::borrow::Cow;
use std::cell::OnceCell;

/// A JSON text to be read.
#[derive(Debug)]
pub struct Document<'t> {
    text: Cow<'t, [u8]>,
    unescaped: Unescaped,
}

impl<'t> Document<'t> {
    /// Of a text, borrowed or owned, which may be no JSON.
    pub fn new(text: impl Into<Cow<'t, [u8]>>) -> Document<'t> {
        Document { text: text.into(), unescaped: Unescaped::default() }
    }

    /// The text.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    pub(super) fn unescaped(&self) -> &Unescaped {
        &self.unescaped
    }
}

/// Strings that had escapes. A linked list: what is added leaves the others where they are.
#[derive(Debug, Default)]
pub(super) struct Unescaped(OnceCell<Box<(String, Unescaped)>>);

impl Unescaped {
    /// Adds a string at the end. Returns it and the new end.
    pub(super) fn keep(&self, text: String) -> (&str, &Unescaped) {
        let mut end = self;
        while let Some(entry) = end.0.get() {
            end = &entry.1;
        }
        let (text, end) = &**end.0.get_or_init(|| Box::new((text, Unescaped::default())));
        (text, end)
    }
}

impl Drop for Unescaped {
    /// One after the other: a long list would be too deep for one in the other.
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut entry) = next {
            next = entry.1.0.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Unescaped;

    #[test]
    fn what_is_kept_stays() {
        let list = Unescaped::default();
        let (first, end) = list.keep("first".to_owned());
        // From the beginning and from the end.
        let (second, _) = list.keep("second".to_owned());
        let (third, _) = end.keep("third".to_owned());
        assert_eq!([first, second, third], ["first", "second", "third"]);
    }

    #[test]
    fn a_long_list_is_freed() {
        let list = Unescaped::default();
        let mut end = &list;
        for _ in 0..1_000_000 {
            end = end.keep(String::new()).1;
        }
    }
}
