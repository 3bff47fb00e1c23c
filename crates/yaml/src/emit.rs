//! Writes values as text that [`documents`](crate::documents) reads back unchanged.

use std::io;

use libyaml_safer::{Emitter, Encoding, Event, MappingStyle, ScalarStyle, SequenceStyle};
use serde_json::Value;

use crate::scalar;

/// A value as a YAML document in block style. Strings are quoted if YAML 1.1 would read them differently.
///
/// # Errors
/// The emitter failed.
pub fn to_yaml(value: &Value) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut emitter = Emitter::new();
    emitter.set_output_string(&mut bytes);
    emitter.set_unicode(true);
    let mut emit = |event| emitter.emit(event).map_err(io::Error::other);
    emit(Event::stream_start(Encoding::Utf8))?;
    emit(Event::document_start(None, &[], true))?;
    emit_value(value, &mut emit)?;
    emit(Event::document_end(true))?;
    emit(Event::stream_end())?;
    drop(emitter);
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn emit_value(value: &Value, emit: &mut impl FnMut(Event) -> io::Result<()>) -> io::Result<()> {
    match value {
        Value::Array(items) => {
            emit(Event::sequence_start(None, None, true, SequenceStyle::Block))?;
            items.iter().try_for_each(|item| emit_value(item, emit))?;
            emit(Event::sequence_end())
        }
        Value::Object(members) => {
            emit(Event::mapping_start(None, None, true, MappingStyle::Block))?;
            for (key, value) in members {
                emit_text(key, emit)?;
                emit_value(value, emit)?;
            }
            emit(Event::mapping_end())
        }
        Value::String(text) => emit_text(text, emit),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            emit(Event::scalar(None, None, &value.to_string(), true, true, ScalarStyle::Plain))
        }
    }
}

fn emit_text(text: &str, emit: &mut impl FnMut(Event) -> io::Result<()>) -> io::Result<()> {
    let is_text = matches!(scalar::plain(text.to_owned()), Ok(Value::String(_)));
    let style = if is_text && text != "<<" { ScalarStyle::Any } else { ScalarStyle::SingleQuoted };
    emit(Event::scalar(None, None, text, true, true, style))
}
