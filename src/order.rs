//! Natural order of paths and names, and lookup by name.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A string in natural order, which compares numbers by value: `containers[2].image` before `containers[10].image`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Natural<'t>(pub &'t str);

impl Ord for Natural<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (left, right) = (self.0.as_bytes(), other.0.as_bytes());
        let same = left.iter().zip(right).take_while(|(l, r)| l == r).count();
        let ((begin, left), right) = (left.split_at(same), &right[same..]);
        let digits = |rest: &[u8]| rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (l, r) = (digits(left), digits(right));
        let is_in_number = begin.last().is_some_and(u8::is_ascii_digit) || l > 0 && r > 0;
        // The longer of two numbers is greater.
        let longer = if is_in_number { l.cmp(&r) } else { Ordering::Equal };
        longer.then_with(|| left.cmp(right))
    }
}

impl PartialOrd for Natural<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Sorts strings naturally, paired with their original index; the sort is stable. It uses a heap, because each instance
/// of a slice sort adds five kilobytes to the Wasm module.
#[inline(never)]
pub fn sorted(texts: Vec<&str>) -> Vec<(Natural<'_>, usize)> {
    let placed: Vec<_> = texts.into_iter().enumerate().map(|(place, text)| (Natural(text), place)).collect();
    if placed.is_sorted() { placed } else { BinaryHeap::from(placed).into_sorted_vec() }
}

/// An index of strings, for lists that may repeat a name very often.
#[derive(Debug, Default)]
pub struct ByName<'t> {
    texts: Vec<Cow<'t, str>>,
    /// The indices of `texts` in natural order, ascending among equal texts.
    order: Vec<usize>,
}

impl<'t> ByName<'t> {
    /// Builds the index.
    #[inline(never)]
    pub fn new(texts: Vec<Cow<'t, str>>) -> ByName<'t> {
        let order = sorted(texts.iter().map(AsRef::as_ref).collect());
        let order = order.into_iter().map(|(_, place)| place).collect();
        ByName { texts, order }
    }

    /// The indices of a text, ascending.
    pub fn places(&self, text: &str) -> impl Iterator<Item = usize> {
        let begin = self.order.partition_point(|place| Natural(&self.texts[*place]) < Natural(text));
        self.order[begin..].iter().copied().take_while(move |place| self.texts[*place] == text)
    }

    /// The indices of each distinct text, ascending.
    pub fn groups(&self) -> impl Iterator<Item = &[usize]> {
        self.order.chunk_by(|one, other| self.texts[*one] == self.texts[*other])
    }
}

/// Removes duplicates, keeping the first of each.
#[inline(never)]
pub fn distinct(mut texts: Vec<&str>) -> Vec<&str> {
    let order = sorted(texts.clone());
    let mut is_repeated = vec![false; texts.len()];
    for pair in order.windows(2) {
        is_repeated[pair[1].1] = pair[0].0 == pair[1].0;
    }
    let mut is_repeated = is_repeated.into_iter();
    texts.retain(|_| is_repeated.next() == Some(false));
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_compared_by_value() {
        let texts = vec![
            "spec.initContainers[0].image",
            "spec.containers[10].image",
            "spec.containers[2].image",
            "spec.hostNetwork",
            "spec.containers[2].image",
        ];
        let sorted: Vec<(&str, usize)> =
            sorted(texts).into_iter().map(|(Natural(text), place)| (text, place)).collect();
        assert_eq!(
            sorted,
            [
                ("spec.containers[2].image", 2),
                ("spec.containers[2].image", 4),
                ("spec.containers[10].image", 1),
                ("spec.hostNetwork", 3),
                ("spec.initContainers[0].image", 0),
            ]
        );
    }

    /// Splits a text into characters and numbers.
    fn pieces(text: &str) -> Vec<(u8, u64)> {
        let mut pieces: Vec<(u8, u64)> = Vec::new();
        let mut before = b' ';
        for byte in text.bytes() {
            match pieces.last_mut() {
                _ if !byte.is_ascii_digit() => pieces.push((byte, 0)),
                Some((_, number)) if before.is_ascii_digit() => *number = *number * 10 + u64::from(byte - b'0'),
                _ => pieces.push((b'0', u64::from(byte - b'0'))),
            }
            before = byte;
        }
        pieces
    }

    proptest! {
        #[test]
        fn order_equals_that_of_parsed_pieces(one in r"(x|\[|\.|\]|[1-9][0-9]{0,3}x){0,6}", other in r"(x|\[|\.|\]|[1-9][0-9]{0,3}x){0,6}") {
            prop_assert_eq!(Natural(&one).cmp(&Natural(&other)), pieces(&one).cmp(&pieces(&other)));
        }
    }
}
