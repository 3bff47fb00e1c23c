//! What can be said of a JSON text without reading it, sixteen bytes at a time.

use super::sixteen::Sixteen;

/// Sixteen bytes and the one after them.
type Window = [u8; 17];

/// Whether `is_sought` holds at any place where two letters are, of either case; give them in lower case. A place may come
/// twice.
pub fn any_pair(text: &[u8], letters: [u8; 2], mut is_sought: impl FnMut(usize) -> bool) -> bool {
    let Some(last) = text.last_chunk::<17>() else {
        let is_pair = |pair: &[u8]| pair.eq_ignore_ascii_case(&letters);
        return text.windows(2).enumerate().any(|(at, pair)| is_pair(pair) && is_sought(at));
    };
    let mut rest = text;
    while let Some(window) = rest.first_chunk() {
        if any_place(window, letters, |at| is_sought(text.len() - rest.len() + at)) {
            return true;
        }
        rest = &rest[16..];
    }
    // What is left over, and with it some of what was looked at.
    any_place(last, letters, |at| is_sought(text.len() - last.len() + at))
}

#[inline(always)]
fn any_place(window: &Window, [first, second]: [u8; 2], mut is_sought: impl FnMut(usize) -> bool) -> bool {
    let folded_at = |at: usize| Sixteen::from(window[at..].first_chunk().expect("16 of 17")).folded();
    let mut places = (folded_at(0).equal(first) & folded_at(1).equal(second)).bits();
    while places != 0 {
        if is_sought(places.trailing_zeros() as usize) {
            return true;
        }
        places &= places - 1;
    }
    false
}

/// Whether a text that begins with an object is all there, nothing cut off: whatever it opens it closes, strings included.
/// Not of a text with `\u`, behind which other characters could be.
pub fn is_whole(text: &[u8]) -> bool {
    let mut outline = Outline::default();
    let (blocks, rest) = text.as_chunks();
    for block in blocks {
        if !outline.pass(Sixteen::from(block)) {
            return false;
        }
    }
    let mut last = [b' '; 16];
    last[..rest.len()].copy_from_slice(rest);
    outline.pass(Sixteen::from(&last)) && outline.depth == 0 && text.trim_ascii_end().ends_with(b"}")
}

/// What is open at a place in a text.
#[derive(Default)]
struct Outline {
    /// Lists and objects.
    depth: u32,
    /// All bits inside of a string, else none.
    in_string: u32,
    /// 1 where a backslash has escaped the next character, else 0.
    escapes_next: u32,
}

impl Outline {
    /// Goes on over sixteen bytes; `false` where a character is written as `\u`, or more is closed than open.
    #[inline(always)]
    fn pass(&mut self, bytes: Sixteen) -> bool {
        let mut quotes = bytes.equal(b'"').bits();
        let backslashes = bytes.equal(b'\\');
        let folded = bytes.folded();
        let (opening, closing) = (folded.equal(b'{'), folded.equal(b'}'));
        // Half of all bytes come with nothing but quotes.
        if (backslashes | opening | closing).any() || self.escapes_next != 0 {
            if backslashes.any() || self.escapes_next != 0 {
                let escaped = self.escaped(backslashes.bits());
                if escaped & bytes.equal(b'u').bits() != 0 {
                    return false;
                }
                quotes &= !escaped;
            }
            let outside = !(self.in_string ^ up_to_the_next(quotes));
            self.depth += (opening.bits() & outside).count_ones();
            let closed = (closing.bits() & outside).count_ones();
            if closed > self.depth {
                return false;
            }
            self.depth -= closed;
        }
        self.in_string ^= (quotes.count_ones() & 1).wrapping_neg();
        true
    }

    /// The characters that a backslash before them escapes.
    fn escaped(&mut self, backslashes: u32) -> u32 {
        let mut escaped = self.escapes_next;
        let mut escaping = backslashes & !escaped;
        while escaping != 0 {
            let first = escaping & escaping.wrapping_neg();
            escaped |= first << 1;
            escaping &= !(first | first << 1);
        }
        self.escapes_next = escaped >> 16;
        escaped
    }
}

/// Sets the bits from each odd one that is set up to the next, which is not.
fn up_to_the_next(bits: u32) -> u32 {
    let bits = bits ^ bits << 1;
    let bits = bits ^ bits << 2;
    let bits = bits ^ bits << 4;
    bits ^ bits << 8
}

#[cfg(test)]
mod tests {
    use super::{any_pair, is_whole};

    fn places(text: &str) -> Vec<usize> {
        let mut places = Vec::new();
        any_pair(text.as_bytes(), *b"ro", |at| {
            places.push(at);
            false
        });
        places.dedup();
        places
    }

    #[test]
    fn finds_pairs_at_every_offset() {
        for offset in 0..40 {
            for behind in 0..20 {
                let text = " ".repeat(offset) + "rO" + &"r".repeat(behind);
                assert_eq!(places(&text), [offset], "{text}");
            }
        }
        assert!(places("r").is_empty());
        assert_eq!(places("roRoro"), [0, 2, 4]);
        assert!(any_pair(b"ro ro", *b"ro", |at| at == 3));
    }

    #[test]
    fn every_beginning_of_a_text_is_not_whole() {
        let text = r#"{"a":"b{\"\\[","\\\\\\":[1,{"c":{}},"}]\\\""],"long long long long text \" \\":[[[]]]}"#;
        for offset in 0..16 {
            let text = " ".repeat(offset) + text;
            assert!(is_whole(text.as_bytes()));
            assert!(is_whole((text.clone() + " \n").as_bytes()));
            assert!(!is_whole((text.clone() + "x").as_bytes()));
            assert!(!is_whole((text.clone() + "}").as_bytes()));
            for end in 0..text.len() {
                assert!(!is_whole(&text.as_bytes()[..end]), "{}", &text[..end]);
            }
        }
    }

    #[test]
    fn unicode_escapes_are_seen_at_every_offset_and_backslashes_are_counted() {
        for offset in 0..40 {
            for (escape, whole) in [(r"\u0068", false), (r"\\u0068", true), (r"\\\u0068", false), (r"\\\\u", true)] {
                let text = format!("{{\"{}{escape}\":1}}", "x".repeat(offset));
                assert_eq!(is_whole(text.as_bytes()), whole, "{text}");
            }
        }
    }
}
