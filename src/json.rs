//! A strict JSON reader (RFC 8259) that pulls values out of the payload in one pass.
//!
//! Why not `serde_json`, which `tests/json.rs` and the fuzz target `json` hold this against: every admission of every pod
//! in a cluster comes by here, and derived decoding is compiled once for each type. With it the module had 664,165 bytes
//! and the AKS sample took 186,222 instructions; with this, 341,643 and 69,704 (of which other changes share in the latter).

use std::fmt;

use document::Unescaped;

mod document;
mod glance;
mod members;
mod path;
mod plain;
mod scan;
mod sixteen;
mod skip;

pub use document::Document;
pub use glance::{any_pair, is_whole};
pub use members::Members;

/// Lists and objects may be as deep in each other as `serde_json` lets them.
const DEEPEST: usize = 127;

/// Walks over a JSON text. A copy remembers the place.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    unescaped: &'a Unescaped,
}

/// What could not be read, and where. Boxed, so that results stay in registers.
#[derive(Debug)]
pub struct Error(Box<(usize, Problem)>);

#[derive(Debug)]
enum Problem {
    /// It is no JSON.
    Syntax(&'static str),
    /// It is JSON of another type: what was expected.
    Type(&'static str),
    /// It is of the right type, and wrong.
    Value(String),
}

/// What reading comes to.
pub type Result<T> = std::result::Result<T, Error>;

/// What happens to members that nobody wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// They are skipped, whatever they hold.
    Skipped,
    /// They are an error, which names the nearest key that is known.
    Refused,
}

/// A string as it is written between its quotes: UTF-8, its escapes well-formed.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a> {
    raw: &'a [u8],
    has_escapes: bool,
    /// Where it begins, after its opening quote.
    at: usize,
}

impl<'a> Reader<'a> {
    /// At the beginning of a text.
    pub fn new(json: &'a Document) -> Reader<'a> {
        Reader { text: json.text(), at: 0, depth: 0, unescaped: json.unescaped() }
    }

    /// After the one value of the text there is nothing more.
    pub fn end(mut self) -> Result<()> {
        self.peek();
        if self.at == self.text.len() { Ok(()) } else { Err(self.syntax("expected nothing more")) }
    }

    /// The first byte of the next value, which is not passed; 0 at the end of the text.
    #[inline(always)]
    pub fn peek(&mut self) -> u8 {
        let (at, byte) = scan::token(self.text, self.at);
        self.at = at;
        byte
    }

    /// Passes a `null`, if that is next.
    #[inline(always)]
    pub fn null(&mut self) -> Result<bool> {
        let is_null = self.peek() == b'n';
        if is_null {
            self.skip()?;
        }
        Ok(is_null)
    }

    /// An object: calls `member` at the value of each, which it must read or skip.
    pub fn object(&mut self, member: &mut dyn FnMut(&mut Self, Quoted<'a>) -> Result<()>) -> Result<()> {
        self.members(member)
    }

    #[inline(always)]
    fn members(&mut self, mut member: impl FnMut(&mut Self, Quoted<'a>) -> Result<()>) -> Result<()> {
        if !self.open(b'{', "an object")? {
            return Ok(());
        }
        loop {
            let (key, value) = scan::key(self.text, self.at)?;
            self.at = value;
            member(self, key)?;
            if !self.another(b'}', "expected ',' or '}'")? {
                return Ok(());
            }
        }
    }

    /// Opens an object and passes its members up to the value of the first with this key; whether there is one.
    pub fn enter(&mut self, wanted: &str) -> Result<bool> {
        if !self.open(b'{', "an object")? {
            return Ok(false);
        }
        loop {
            let (key, value) = scan::key(self.text, self.at)?;
            self.at = value;
            if key.is(wanted) {
                return Ok(true);
            }
            self.skip()?;
            if !self.another(b'}', "expected ',' or '}'")? {
                return Ok(false);
            }
        }
    }

    /// A list: calls `item` at each value, which it must read or skip.
    pub fn list(&mut self, item: &mut dyn FnMut(&mut Self) -> Result<()>) -> Result<()> {
        if !self.open(b'[', "a list")? {
            return Ok(());
        }
        loop {
            item(self)?;
            if !self.another(b']', "expected ',' or ']'")? {
                return Ok(());
            }
        }
    }

    /// An object of known members: calls `member` with the place of each in `known`. A member that is there twice is an
    /// error, since others might read the other one.
    pub fn record(
        &mut self,
        known: &'static Members,
        unknown: Unknown,
        member: &mut dyn FnMut(&mut Self, usize) -> Result<()>,
    ) -> Result<()> {
        let start = self.at;
        let mut seen = 0u64;
        self.members(|reader, key| match key.find(known) {
            Some(index) if seen & (1 << index) != 0 => Err(duplicate_key(key, known.keys[index])),
            Some(index) => {
                seen |= 1 << index;
                member(reader, index)
            }
            None if unknown == Unknown::Skipped => reader.skip(),
            None => Err(unknown_key(key, known.keys)),
        })?;
        match known.required & !seen {
            0 => Ok(()),
            missing => {
                let key = known.keys[missing.trailing_zeros() as usize];
                Err(Error::value(start, format!("missing field `{key}`")))
            }
        }
    }

    /// The value of a string.
    pub fn text(&mut self) -> Result<&'a str> {
        if scan::byte(self.text, self.at) != b'"' && self.peek() != b'"' {
            return Err(self.wrong_type("a string"));
        }
        let (value, at) = scan::quoted(self.text, self.at + 1)?;
        self.at = at;
        self.decode(value)
    }

    /// What a string says.
    #[inline(always)]
    pub fn decode(&mut self, string: Quoted<'a>) -> Result<&'a str> {
        if !string.has_escapes {
            return Ok(string.raw());
        }
        let (text, unescaped) = self.unescaped.keep(string.unescape()?);
        self.unescaped = unescaped;
        Ok(text)
    }

    /// `true` or `false`.
    pub fn boolean(&mut self) -> Result<bool> {
        let first = self.peek();
        if !matches!(first, b't' | b'f') {
            return Err(self.wrong_type("a boolean"));
        }
        self.skip()?;
        Ok(first == b't')
    }

    /// A whole number.
    pub fn integer(&mut self) -> Result<i64> {
        let at = self.peek_at();
        match self.number()?.parse() {
            Ok(number) => Ok(number),
            Err(_) => Err(Error::typed(at, "an integer")),
        }
    }

    /// A number as it is written.
    pub fn number(&mut self) -> Result<&'a str> {
        let start = self.peek_at();
        if !matches!(self.peek(), b'-' | b'0'..=b'9') {
            return Err(self.wrong_type("a number"));
        }
        self.at = scan::after_scalar(self.text, start)?;
        str::from_utf8(&self.text[start..self.at]).map_err(|_| Error::syntax(start, "not UTF-8"))
    }

    /// One of some names: its value.
    pub fn one_of<T: Copy>(&mut self, names: &[(&'static str, T)]) -> Result<T> {
        let at = self.peek_at();
        let name = self.text()?;
        match names.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => Ok(*value),
            None => {
                let known = names.iter().map(|(name, _)| *name).collect::<Vec<_>>();
                let hint = crate::settings::nearest(name, known.iter().copied());
                Err(Error::value(at, format!("unknown value '{name}', expected one of {}{hint}", known.join(", "))))
            }
        }
    }

    /// An error about the next value.
    pub fn error_here(&mut self, message: String) -> Error {
        Error::value(self.peek_at(), message)
    }

    /// An error about the value that begins at a place.
    pub fn error_at(&self, at: usize, message: String) -> Error {
        Error::value(at, message)
    }

    /// Where the next value begins.
    pub fn peek_at(&mut self) -> usize {
        self.peek();
        self.at
    }

    /// The next value is not of this type.
    pub fn wrong_type(&mut self, expected: &'static str) -> Error {
        Error::typed(self.peek_at(), expected)
    }

    fn syntax(&self, message: &'static str) -> Error {
        Error::syntax(self.at, message)
    }

    /// Passes an opening bracket; whether anything is before the closing one, which is passed where nothing is.
    #[inline(always)]
    fn open(&mut self, bracket: u8, expected: &'static str) -> Result<bool> {
        if self.peek() != bracket {
            return Err(self.wrong_type(expected));
        }
        if self.depth == DEEPEST {
            return Err(self.syntax("nested too deep"));
        }
        self.at += 1;
        // ASCII puts each closing bracket two after its opening one.
        let is_empty = self.peek() == bracket + 2;
        self.at += usize::from(is_empty);
        self.depth += usize::from(!is_empty);
        Ok(!is_empty)
    }

    /// Passes a comma or a closing bracket; whether it is a comma.
    #[inline(always)]
    fn another(&mut self, bracket: u8, otherwise: &'static str) -> Result<bool> {
        let (is_comma, at) = scan::another(self.text, self.at, bracket, otherwise)?;
        self.at = at;
        self.depth -= usize::from(!is_comma);
        Ok(is_comma)
    }
}

impl<'a> Quoted<'a> {
    /// Whether it says this.
    pub fn is(&self, text: &str) -> bool {
        if self.has_escapes {
            return self.unescape().is_ok_and(|decoded| decoded == text);
        }
        is_same(self.raw, text.as_bytes())
    }

    #[inline(always)]
    fn raw(&self) -> &'a str {
        #[allow(unsafe_code, reason = "checking each text once more is a tenth of decoding")]
        // SAFETY: `scan::quoted` makes these only of plain ASCII and of what `str::from_utf8` accepts.
        unsafe {
            str::from_utf8_unchecked(self.raw)
        }
    }

    #[inline(never)]
    fn unescape(&self) -> Result<String> {
        unescape(self.raw()).ok_or_else(|| Error::syntax(self.at, "half of a surrogate pair in a string"))
    }

    /// Its place among some keys.
    #[inline(always)]
    fn find(self, known: &Members) -> Option<usize> {
        if self.has_escapes {
            return self.find_unescaped(known);
        }
        let (index, key) = known.candidate(self.raw)?;
        is_same(key.as_bytes(), self.raw).then_some(index)
    }

    // By value, like all that is rare: the address of a key would keep it in memory instead of in registers.
    #[cold]
    #[inline(never)]
    fn find_unescaped(self, known: &Members) -> Option<usize> {
        known.keys.iter().position(|key| self.is(key))
    }

    #[cold]
    fn error(self, message: String) -> Error {
        // After the key, so that the path ends with it.
        Error::value(self.at + self.raw.len() + 1, message)
    }
}

#[cold]
#[inline(never)]
fn duplicate_key(key: Quoted, known: &str) -> Error {
    key.error(format!("duplicate field `{known}`"))
}

#[cold]
#[inline(never)]
fn unknown_key(key: Quoted, known: &[&'static str]) -> Error {
    let wrong = String::from_utf8_lossy(key.raw);
    let hint = crate::settings::nearest(&wrong, known.iter().copied());
    key.error(format!("unknown field `{wrong}`{hint}"))
}

/// Whether two short texts are the same. What the standard library calls for this goes byte by byte on wasm.
#[inline(always)]
fn is_same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match a.len() {
        8..=16 => a.first_chunk::<8>() == b.first_chunk() && a.last_chunk::<8>() == b.last_chunk(),
        4..=7 => a.first_chunk::<4>() == b.first_chunk() && a.last_chunk::<4>() == b.last_chunk(),
        _ => a.iter().eq(b),
    }
}

/// Resolves escapes, which are well-formed. `None` for half a surrogate pair.
fn unescape(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(backslash) = rest.bytes().position(|byte| byte == b'\\') {
        text.push_str(&rest[..backslash]);
        let escape = &rest[backslash..];
        let (character, length) = match escape.as_bytes()[1] {
            b'b' => ('\u{8}', 2),
            b'f' => ('\u{c}', 2),
            b'n' => ('\n', 2),
            b'r' => ('\r', 2),
            b't' => ('\t', 2),
            b'u' => unicode_escape(escape)?,
            other => (char::from(other), 2),
        };
        text.push(character);
        rest = &escape[length..];
    }
    text.push_str(rest);
    Some(text)
}

/// The character of `\uXXXX` or of two of these, and their length.
fn unicode_escape(escape: &str) -> Option<(char, usize)> {
    let unit = |at: usize| u16::from_str_radix(escape.get(at..at + 4)?, 16).ok();
    let first = unit(2)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((character, 6));
    }
    let second = if escape.get(6..8) == Some("\\u") { unit(8)? } else { return None };
    char::decode_utf16([first, second]).next()?.ok().map(|character| (character, 12))
}

impl Error {
    #[cold]
    fn syntax(at: usize, message: &'static str) -> Error {
        Error(Box::new((at, Problem::Syntax(message))))
    }

    #[cold]
    fn typed(at: usize, expected: &'static str) -> Error {
        Error(Box::new((at, Problem::Type(expected))))
    }

    #[cold]
    fn value(at: usize, message: String) -> Error {
        Error(Box::new((at, Problem::Value(message))))
    }

    /// Whether the text is no JSON at all.
    pub fn is_syntax(&self) -> bool {
        matches!(self.0.1, Problem::Syntax(_))
    }

    /// The path of the value in the text that it was read from: `spec.containers[1].name`. Empty at the top.
    pub fn path(&self, json: &[u8]) -> String {
        path::at(json, self.0.0)
    }

    /// What is wrong, for a person, without the path. Of what is no JSON it says the line and the column, from 1.
    pub fn message(&self, json: &[u8]) -> String {
        let (at, problem) = &*self.0;
        match problem {
            Problem::Value(message) => message.clone(),
            Problem::Type(expected) => match json.get(*at) {
                None => format!("ends where {expected} was expected"),
                Some(byte) => format!("found {}, expected {expected}", kind_of(*byte)),
            },
            Problem::Syntax(message) => {
                let before = &json[..(*at).min(json.len())];
                let start_of_line = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
                let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                format!("no valid JSON at line {line} column {}: {message}", before.len() - start_of_line + 1)
            }
        }
    }
}

/// The type of the value that begins with a byte.
fn kind_of(first: u8) -> impl fmt::Display {
    match first {
        b'{' => "an object",
        b'[' => "a list",
        b'"' => "a string",
        b't' | b'f' => "a boolean",
        b'n' => "null",
        b'-' | b'0'..=b'9' => "a number",
        _ => "no JSON value",
    }
}
