//! What the reader and `serde_json` make of the same bytes. Used by the fuzz target, too.

use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use windows_hostprocess_policy::json::{Document, Reader, Result};

/// Reads any value.
pub fn value(reader: &mut Reader) -> Result<Value> {
    Ok(match reader.peek() {
        b'{' => {
            let mut members = Map::new();
            reader.object(&mut |reader, key| {
                members.insert(reader.decode(key)?.to_owned(), value(reader)?);
                Ok(())
            })?;
            Value::Object(members)
        }
        b'[' => {
            let mut items = Vec::new();
            reader.list(&mut |reader| {
                items.push(value(reader)?);
                Ok(())
            })?;
            Value::Array(items)
        }
        b'"' => Value::String(reader.text()?.to_owned()),
        b't' | b'f' => Value::Bool(reader.boolean()?),
        b'-' | b'0'..=b'9' => serde_json::from_str(reader.number()?).unwrap_or(Value::Null),
        _ => {
            reader.skip()?;
            Value::Null
        }
    })
}

/// Whether both read the same value or both refuse, and both skip it or both do not.
///
/// A number that no `f64` can hold is one to the reader, which looks at numbers as they are written.
pub fn agrees(text: &[u8]) -> std::result::Result<(), String> {
    let document = Document::new(text);
    let mut reader = Reader::new(&document);
    let read = value(&mut reader).and_then(|value| reader.end().map(|()| value)).ok();
    match (read, serde_json::from_slice::<Value>(text)) {
        (Some(own), Ok(theirs)) if own == theirs => {}
        (None, Err(_)) => {}
        (Some(_), Err(error)) if error.to_string().starts_with("number out of range") => {}
        (own, theirs) => return Err(format!("read {own:?}, serde_json {theirs:?}")),
    }
    let mut reader = Reader::new(&document);
    let skipped = reader.skip().is_ok() && reader.end().is_ok();
    // serde_json skips at any depth, and does not look at the bytes of what it skips.
    if skipped && serde_json::from_slice::<IgnoredAny>(text).is_err() {
        return Err("skips what serde_json does not".to_owned());
    }
    Ok(())
}
