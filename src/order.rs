//! The order of paths and names.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A text in natural order: `containers[2].image` before `containers[10].image`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Natural<'t>(pub &'t str);

impl Ord for Natural<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let index = |part: &str| part.split(']').next().and_then(|index| index.parse::<usize>().ok());
        let (mut left, mut right) = (self.0.split('['), other.0.split('['));
        loop {
            let ordering = match (left.next(), right.next()) {
                (Some(l), Some(r)) => index(l).cmp(&index(r)).then_with(|| l.cmp(r)),
                (l, r) => return l.cmp(&r),
            };
            if ordering.is_ne() {
                return ordering;
            }
        }
    }
}

impl PartialOrd for Natural<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Texts in natural order, each with its place in the list; equal ones keep their order. A heap sorts them, because each sort
/// of a slice is five kilobytes of the Wasm module.
pub fn sorted(texts: Vec<&str>) -> Vec<(Natural<'_>, usize)> {
    let placed = texts.into_iter().enumerate().map(|(place, text)| (Natural(text), place));
    placed.collect::<BinaryHeap<_>>().into_sorted_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_compared_as_numbers() {
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
}
