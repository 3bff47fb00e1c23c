//! The inner loop of every scan: most bytes of a payload are the plain bytes of strings.

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
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn first_special(sixteen: &[u8; 16]) -> Option<usize> {
    sixteen.iter().position(|byte| !is_plain(*byte))
}

/// The place of the first byte that is not plain, all sixteen looked at at once.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn first_special(sixteen: &[u8; 16]) -> Option<usize> {
    use std::arch::wasm32::{i8x16_bitmask, i8x16_lt, i8x16_splat, u8x16_eq, v128_or};

    let chunk = load(sixteen);
    let quotes = u8x16_eq(chunk, i8x16_splat(b'"' as i8));
    let backslashes = u8x16_eq(chunk, i8x16_splat(b'\\' as i8));
    // Signed: the bytes of non-ASCII characters are negative.
    let others = i8x16_lt(chunk, i8x16_splat(b' ' as i8));
    match i8x16_bitmask(v128_or(v128_or(quotes, backslashes), others)) {
        0 => None,
        special => Some(special.trailing_zeros() as usize),
    }
}

/// Whether a text is anywhere in the bytes, found by its byte at `rare`.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub fn contains(bytes: &[u8], text: &[u8], rare: usize) -> bool {
    bytes.iter().enumerate().any(|(at, byte)| *byte == text[rare] && is_at(bytes, text, at.checked_sub(rare)))
}

/// Whether a text is anywhere in the bytes, found by its byte at `rare`, which is looked for in sixteen at a time.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub fn contains(bytes: &[u8], text: &[u8], rare: usize) -> bool {
    use std::arch::wasm32::{i8x16_bitmask, i8x16_splat, u8x16_eq};

    let mut rest = bytes;
    while let Some((sixteen, after)) = rest.split_first_chunk() {
        let mut found = i8x16_bitmask(u8x16_eq(load(sixteen), i8x16_splat(text[rare] as i8)));
        while found != 0 {
            let at = bytes.len() - rest.len() + found.trailing_zeros() as usize;
            if is_at(bytes, text, at.checked_sub(rare)) {
                return true;
            }
            found &= found - 1;
        }
        rest = after;
    }
    let begin = (bytes.len() - rest.len()).saturating_sub(text.len());
    bytes[begin..].windows(text.len()).any(|window| window == text)
}

fn is_at(bytes: &[u8], text: &[u8], at: Option<usize>) -> bool {
    at.and_then(|at| bytes.get(at..)).is_some_and(|rest| rest.starts_with(text))
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn load(sixteen: &[u8; 16]) -> std::arch::wasm32::v128 {
    #[allow(unsafe_code, reason = "there is no safe way to load a vector")]
    // SAFETY: the reference is to sixteen readable bytes, and the load needs no alignment.
    unsafe {
        std::arch::wasm32::v128_load(sixteen.as_ptr().cast())
    }
}

fn is_plain(byte: u8) -> bool {
    !matches!(byte, b'"' | b'\\' | 0..b' ' | 0x80..)
}
