//! Passes values without reading them, which is what happens to most of a payload.

use super::scan::{after_scalar, another, key, quoted, token};
use super::{DEEPEST, Error, Reader, Result};

impl Reader<'_> {
    /// Passes a value, which must be well-formed.
    pub fn skip(&mut self) -> Result<()> {
        self.at = after_value(self.text, self.at, DEEPEST - self.depth)?;
        Ok(())
    }
}

/// The place after a value, which may be so many levels deep.
#[inline(always)]
fn after_value(text: &[u8], at: usize, levels: usize) -> Result<usize> {
    let (at, first) = token(text, at);
    match first {
        b'"' => Ok(quoted(text, at + 1)?.1),
        b'{' | b'[' if levels == 0 => Err(Error::syntax(at, "nested too deep")),
        b'{' => after_object(text, at + 1, levels - 1),
        b'[' => after_list(text, at + 1, levels - 1),
        _ => after_scalar(text, at),
    }
}

fn after_object(text: &[u8], at: usize, levels: usize) -> Result<usize> {
    let (mut at, first) = token(text, at);
    if first == b'}' {
        return Ok(at + 1);
    }
    loop {
        let (_, value) = key(text, at)?;
        let end = after_value(text, value, levels)?;
        let (is_comma, next) = another(text, end, b'}', "expected ',' or '}'")?;
        if !is_comma {
            return Ok(next);
        }
        at = next;
    }
}

fn after_list(text: &[u8], at: usize, levels: usize) -> Result<usize> {
    let (mut at, first) = token(text, at);
    if first == b']' {
        return Ok(at + 1);
    }
    loop {
        let end = after_value(text, at, levels)?;
        let (is_comma, next) = another(text, end, b']', "expected ',' or ']'")?;
        if !is_comma {
            return Ok(next);
        }
        at = next;
    }
}
