//! The inner loop of every scan: most bytes of a payload are the plain bytes of strings.

use super::sixteen::Sixteen;

/// The plain bytes before a quote, where that is one of the next sixteen bytes. Plain bytes are neither quote, backslash,
/// control character nor part of a non-ASCII character.
#[inline(always)]
pub fn up_to_a_quote(bytes: &[u8]) -> Option<&[u8]> {
    let sixteen: &[u8; 16] = bytes.first_chunk()?;
    let length = first_special(sixteen)?;
    (sixteen.get(length) == Some(&b'"')).then(|| &sixteen[..length])
}

/// How many bytes at the beginning are plain.
pub fn prefix(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((sixteen, after)) = rest.split_first_chunk() {
        if let Some(length) = first_special(sixteen) {
            return bytes.len() - rest.len() + length;
        }
        rest = after;
    }
    // Of a payload these are mostly its closing brackets.
    bytes.len() - rest.len() + rest.iter().take_while(|byte| is_plain(**byte)).count()
}

/// The place of the first byte that is not plain.
#[inline(always)]
fn first_special(bytes: &[u8; 16]) -> Option<usize> {
    let bytes = Sixteen::from(bytes);
    let special = bytes.equal(b'"') | bytes.equal(b'\\') | bytes.control_or_non_ascii();
    match special.bits() {
        0 => None,
        bits => Some(bits.trailing_zeros() as usize),
    }
}

fn is_plain(byte: u8) -> bool {
    !matches!(byte, b'"' | b'\\' | 0..b' ' | 0x80..)
}
