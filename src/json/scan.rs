//! The grammar (RFC 8259), token by token: from a place in the text to the place after the token. Functions of places,
//! not methods of a reader, so that the compiler keeps the place in a register.

use super::plain;
use super::{Error, Quoted, Result};

/// The byte at a place; 0, which is in no JSON, after the end.
#[inline(always)]
pub fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// The next byte that is no white space, and its place.
#[inline(always)]
pub fn token(text: &[u8], at: usize) -> (usize, u8) {
    match byte(text, at) {
        // policy-server's payloads have no white space.
        0..=b' ' => {
            let at = after_white_space(text, at);
            (at, byte(text, at))
        }
        byte => (at, byte),
    }
}

#[inline(never)]
fn after_white_space(text: &[u8], mut at: usize) -> usize {
    while let b' ' | b'\n' | b'\r' | b'\t' = byte(text, at) {
        at += 1;
    }
    at
}

/// The place after a byte that must come next.
#[inline(always)]
pub fn after(text: &[u8], at: usize, wanted: u8, message: &'static str) -> Result<usize> {
    if byte(text, at) == wanted { Ok(at + 1) } else { after_space_and(text, at, wanted, message) }
}

#[inline(never)]
fn after_space_and(text: &[u8], at: usize, wanted: u8, message: &'static str) -> Result<usize> {
    let at = after_white_space(text, at);
    if byte(text, at) == wanted { Ok(at + 1) } else { Err(Error::syntax(at, message)) }
}

/// Whether a comma comes next, not the closing bracket of a list or object; and the place after it.
#[inline(always)]
pub fn another(text: &[u8], at: usize, bracket: u8, otherwise: &'static str) -> Result<(bool, usize)> {
    if byte(text, at) == b',' {
        return Ok((true, at + 1));
    }
    let (at, next) = token(text, at);
    if next != b',' && next != bracket { Err(Error::syntax(at, otherwise)) } else { Ok((next == b',', at + 1)) }
}

/// A key, and the place after its colon.
#[inline(always)]
pub fn key(text: &[u8], at: usize) -> Result<(Quoted<'_>, usize)> {
    let start = after(text, at, b'"', "expected a key")?;
    let (key, at) = quoted(text, start)?;
    Ok((key, after(text, at, b':', "expected ':'")?))
}

/// A string whose opening quote is passed, and the place after its closing one.
#[inline(always)]
pub fn quoted(text: &[u8], start: usize) -> Result<(Quoted<'_>, usize)> {
    // Most strings are short and plain.
    if let Some(raw) = text.get(start..).and_then(plain::up_to_a_quote) {
        return Ok((Quoted { raw, has_escapes: false, at: start }, start + raw.len() + 1));
    }
    let (end, has_escapes) = end_of_string(text, start)?;
    let raw = text.get(start..end).unwrap_or_default();
    Ok((Quoted { raw, has_escapes, at: start }, end + 1))
}

/// The place of the quote that ends a string, and whether it has escapes.
#[inline(never)]
fn end_of_string(text: &[u8], start: usize) -> Result<(usize, bool)> {
    let (mut at, mut is_ascii, mut has_escapes) = (start, true, false);
    loop {
        at += text.get(at..).map_or(0, plain::prefix);
        match text.get(at) {
            Some(b'"') => break,
            Some(b'\\') => {
                has_escapes = true;
                at = after_escape(text, at)?;
            }
            Some(0x80..) => {
                is_ascii = false;
                while text.get(at).is_some_and(|byte| !byte.is_ascii()) {
                    at += 1;
                }
            }
            Some(_) => return Err(Error::syntax(at, "a control character in a string")),
            None => return Err(Error::syntax(at, "a string without its closing quote")),
        }
    }
    if !is_ascii && str::from_utf8(&text[start..at]).is_err() {
        return Err(Error::syntax(start, "a string that is not UTF-8"));
    }
    Ok((at, has_escapes))
}

fn after_escape(text: &[u8], at: usize) -> Result<usize> {
    match text.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') if text[at + 2..].iter().take(4).filter(|b| b.is_ascii_hexdigit()).count() == 4 => Ok(at + 6),
        _ => Err(Error::syntax(at, "a malformed escape in a string")),
    }
}

/// The place after a number, `true`, `false` or `null`.
pub fn after_scalar(text: &[u8], at: usize) -> Result<usize> {
    let literal: &[u8] = match byte(text, at) {
        b'-' | b'0'..=b'9' => return after_number(text, at),
        b't' => b"true",
        b'f' => b"false",
        b'n' => b"null",
        _ => b"",
    };
    if literal.is_empty() || !text[at..].starts_with(literal) {
        return Err(Error::syntax(at, "expected a value"));
    }
    Ok(at + literal.len())
}

fn after_number(text: &[u8], mut at: usize) -> Result<usize> {
    at += usize::from(byte(text, at) == b'-');
    at = if byte(text, at) == b'0' { at + 1 } else { after_digits(text, at)? };
    if byte(text, at) == b'.' {
        at = after_digits(text, at + 1)?;
    }
    if let b'e' | b'E' = byte(text, at) {
        at += 1;
        at += usize::from(matches!(byte(text, at), b'+' | b'-'));
        at = after_digits(text, at)?;
    }
    Ok(at)
}

/// At least one digit.
fn after_digits(text: &[u8], start: usize) -> Result<usize> {
    let mut at = start;
    while byte(text, at).is_ascii_digit() {
        at += 1;
    }
    if at == start { Err(Error::syntax(at, "a malformed number")) } else { Ok(at) }
}
