//! Passes values without reading them, which is what happens to most of a payload.

use super::scan::{after_scalar, key, quoted, token};
use super::{DEEPEST, Error, Quoted, Reader, Result};

/// Somebody who looks at what is skipped.
pub trait Watcher {
    /// A key anywhere in the value. An error stops.
    fn key(&mut self, key: Quoted) -> Result<()>;
    /// A string under the last key. An error stops.
    fn string(&mut self, value: Quoted) -> Result<()>;
}

/// Nobody.
struct Nobody;

impl Watcher for Nobody {
    #[inline(always)]
    fn key(&mut self, _: Quoted) -> Result<()> {
        Ok(())
    }

    #[inline(always)]
    fn string(&mut self, _: Quoted) -> Result<()> {
        Ok(())
    }
}

impl Reader<'_> {
    /// Passes a value, which must be well-formed.
    pub fn skip(&mut self) -> Result<()> {
        self.skip_watched(&mut Nobody)
    }

    /// Passes a value, which must be well-formed, and shows its keys and strings.
    pub fn skip_watched(&mut self, watcher: &mut impl Watcher) -> Result<()> {
        self.at = after_value(self.text, self.at, DEEPEST - self.depth, watcher)?;
        Ok(())
    }
}

/// The place after a value, which may be so many levels deep.
#[inline(always)]
fn after_value(text: &[u8], at: usize, levels: usize, watcher: &mut impl Watcher) -> Result<usize> {
    let (at, first) = token(text, at);
    match first {
        b'"' => {
            let (value, at) = quoted(text, at + 1)?;
            watcher.string(value)?;
            Ok(at)
        }
        b'{' | b'[' if levels == 0 => Err(Error::syntax(at, "nested too deep")),
        b'{' => after_object(text, at + 1, levels - 1, watcher),
        b'[' => after_list(text, at + 1, levels - 1, watcher),
        _ => after_scalar(text, at),
    }
}

fn after_object(text: &[u8], at: usize, levels: usize, watcher: &mut impl Watcher) -> Result<usize> {
    let (mut at, first) = token(text, at);
    if first == b'}' {
        return Ok(at + 1);
    }
    loop {
        let (key, value) = key(text, at)?;
        watcher.key(key)?;
        let (end, next) = token(text, after_value(text, value, levels, watcher)?);
        match next {
            b',' => at = end + 1,
            b'}' => return Ok(end + 1),
            _ => return Err(Error::syntax(end, "expected ',' or '}'")),
        }
    }
}

fn after_list(text: &[u8], at: usize, levels: usize, watcher: &mut impl Watcher) -> Result<usize> {
    let (mut at, first) = token(text, at);
    if first == b']' {
        return Ok(at + 1);
    }
    loop {
        let (end, next) = token(text, after_value(text, at, levels, watcher)?);
        match next {
            b',' => at = end + 1,
            b']' => return Ok(end + 1),
            _ => return Err(Error::syntax(end, "expected ',' or ']'")),
        }
    }
}
