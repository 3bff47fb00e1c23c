//! Builds values from the parser's events.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use libyaml_safer::{EventData, MappingStyle, ScalarStyle, SequenceStyle};
use serde_json::map::Entry;
use serde_json::{Map, Value};

use crate::events::{Error, Events};
use crate::place::{Children, Located};
use crate::scalar;

/// The maximum depth, far above that of any Kubernetes object. The policy reads 127 levels of a request, in which the
/// object is at the third.
const MAX_DEPTH: usize = 120;
/// The limit for the total size of all anchors and aliases of a document.
const MAX_SHARED_BYTES: usize = 16 << 20;
/// The size of a value in bytes, not counting its text.
const VALUE_OVERHEAD: usize = 64;
/// The prefix of YAML's own tags: `!!str` is short for `tag:yaml.org,2002:str`.
const CORE_TAG: &str = "tag:yaml.org,2002:";

/// One document of a stream.
#[derive(Debug, Default)]
pub struct YamlDocument {
    /// Its value.
    pub value: Value,
    /// The place of each part of it.
    pub node: Located,
    /// A custom tag on the whole document: `KubernetesGetResource` for `!KubernetesGetResource`.
    pub tag: Option<String>,
    /// Duplicate keys. The last value counts.
    pub repeated_keys: Vec<RepeatedKey>,
}

/// A duplicate key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatedKey {
    /// The offset of the repetition, in bytes.
    pub offset: usize,
    /// The key.
    pub key: String,
}

/// The documents of a chunk, up to its first error.
pub fn documents(text: &str, chunk: Range<usize>) -> Vec<Result<YamlDocument, Error>> {
    let events = Events::new(text, chunk.clone());
    let mut composer = Composer { events, anchors: HashMap::new(), shared_bytes: 0, repeated_keys: Vec::new() };
    let mut documents = Vec::new();
    loop {
        match composer.document() {
            Ok(None) => return documents,
            Ok(Some(YamlDocument { value: Value::Null, .. })) => {}
            Ok(Some(document)) => documents.push(Ok(document)),
            Err(error) => {
                documents.push(Err(Error { document: chunk, ..error }));
                return documents;
            }
        }
    }
}

struct Composer<'t> {
    events: Events<'t>,
    /// The value of each anchor; `None` until the value is complete.
    anchors: HashMap<String, Option<(Value, Located)>>,
    /// The sizes of anchors and aliases so far.
    shared_bytes: usize,
    /// The duplicate keys of the current document.
    repeated_keys: Vec<RepeatedKey>,
}

type Composed = Result<(Value, Located), Error>;

impl Composer<'_> {
    fn document(&mut self) -> Result<Option<YamlDocument>, Error> {
        loop {
            match self.events.next()?.0 {
                EventData::StreamEnd => return Ok(None),
                EventData::DocumentStart { .. } => break,
                _ => {}
            }
        }
        self.anchors.clear();
        let (event, at) = self.events.next()?;
        let tag = own_tag(&event);
        let (value, node) = self.value(event, at, 0)?;
        Ok(Some(YamlDocument { value, node, tag, repeated_keys: std::mem::take(&mut self.repeated_keys) }))
    }

    fn value(&mut self, event: EventData, at: Range<usize>, depth: usize) -> Composed {
        if depth > MAX_DEPTH {
            return error(at.start, format!("nested more than {MAX_DEPTH} levels deep"));
        }
        match event {
            EventData::Alias { anchor } => self.alias(&anchor, at.start),
            EventData::Scalar { anchor, tag, value, style, .. } => {
                let composed = scalar_value(value, style, tag.as_deref(), at)?;
                self.anchored(anchor, |_| Ok(composed))
            }
            EventData::SequenceStart { anchor, style, .. } => {
                self.anchored(anchor, |composer| composer.list(at, style == SequenceStyle::Flow, depth))
            }
            EventData::MappingStart { anchor, style, .. } => {
                self.anchored(anchor, |composer| composer.mapping(at, style == MappingStyle::Flow, depth))
            }
            // The parser never emits another event here, but an error would be better than an endless loop.
            _ => error(at.start, "a value is missing"),
        }
    }

    fn anchored(&mut self, anchor: Option<String>, compose: impl FnOnce(&mut Self) -> Composed) -> Composed {
        let Some(anchor) = anchor else { return compose(self) };
        self.anchors.insert(anchor.clone(), None);
        let (value, node) = compose(self)?;
        self.share(&value, node.value.start)?;
        self.anchors.insert(anchor, Some((value.clone(), node.clone())));
        Ok((value, node))
    }

    fn alias(&mut self, anchor: &str, offset: usize) -> Composed {
        let (value, node) = match self.anchors.get(anchor) {
            None => return error(offset, format!("unknown anchor {anchor:?}")),
            Some(None) => return error(offset, "recursive alias"),
            Some(Some(composed)) => composed.clone(),
        };
        self.share(&value, offset)?;
        Ok((value, node))
    }

    fn share(&mut self, value: &Value, offset: usize) -> Result<(), Error> {
        self.shared_bytes += bytes(value);
        if self.shared_bytes > MAX_SHARED_BYTES {
            return error(offset, format!("anchors and aliases add up to more than {} MiB", MAX_SHARED_BYTES >> 20));
        }
        Ok(())
    }

    fn list(&mut self, mut at: Range<usize>, is_flow: bool, depth: usize) -> Composed {
        let (mut values, mut nodes) = (Vec::new(), Vec::new());
        loop {
            let (event, event_at) = self.events.next()?;
            if event == EventData::SequenceEnd {
                values.shrink_to_fit();
                nodes.shrink_to_fit();
                // A block ends with its last item; the parser extends it to the start of the next token.
                if is_flow {
                    at.end = event_at.end;
                }
                return Ok((Value::Array(values), Located { key: None, value: at, children: Children::List(nodes) }));
            }
            at.end = at.end.max(event_at.end);
            let (value, node) = self.value(event, event_at, depth + 1)?;
            at.end = at.end.max(node.value.end);
            values.push(value);
            nodes.push(node);
        }
    }

    fn mapping(&mut self, mut at: Range<usize>, is_flow: bool, depth: usize) -> Composed {
        let (mut values, mut nodes) = (Map::new(), Vec::new());
        let (mut merged, mut is_repeated) = (Vec::new(), false);
        loop {
            let (event, key_at) = self.events.next()?;
            if event == EventData::MappingEnd {
                if is_flow {
                    at.end = key_at.end;
                }
                break;
            }
            let is_merge = matches!(
                &event,
                EventData::Scalar { value, style: ScalarStyle::Plain, tag: None, .. } if value == "<<"
            );
            let key = self.key(event, key_at.clone(), depth)?;
            let (event, value_at) = self.events.next()?;
            let value_start = value_at.start;
            let (value, mut node) = self.value(event, value_at.clone(), depth + 1)?;
            at.end = at.end.max(key_at.end).max(value_at.end).max(node.value.end);
            if is_merge {
                merge(value, node, value_start, &mut merged)?;
            } else {
                let offset = key_at.start;
                node.key = Some(key_at);
                nodes.push((key.clone(), node));
                match values.entry(key) {
                    Entry::Vacant(unknown) => {
                        unknown.insert(value);
                    }
                    Entry::Occupied(mut known) => {
                        self.repeated_keys.push(RepeatedKey { offset, key: known.key().clone() });
                        known.insert(value);
                        is_repeated = true;
                    }
                }
            }
        }
        if is_repeated {
            keep_last(&mut nodes);
        }
        // Own keys override merged keys, and earlier merges override later ones.
        for (key, value, node) in merged {
            if let Entry::Vacant(unknown) = values.entry(key) {
                nodes.push((unknown.key().clone(), node));
                unknown.insert(value);
            }
        }
        nodes.shrink_to_fit();
        Ok((Value::Object(values), Located { key: None, value: at, children: Children::Map(nodes) }))
    }

    fn key(&mut self, event: EventData, at: Range<usize>, depth: usize) -> Result<String, Error> {
        let offset = at.start;
        match self.value(event, at, depth + 1)?.0 {
            Value::String(text) => Ok(text),
            Value::Bool(value) => Ok(value.to_string()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Null => error(offset, "empty keys are not supported"),
            Value::Array(_) | Value::Object(_) => error(offset, "keys must not be lists or mappings"),
        }
    }
}

/// Removes all but the last member with the same key.
fn keep_last(nodes: &mut Vec<(String, Located)>) {
    let mut known = HashSet::new();
    let is_last: Vec<bool> = nodes.iter().rev().map(|(key, _)| known.insert(key)).collect();
    let mut is_last = is_last.into_iter().rev();
    nodes.retain(|_| is_last.next().unwrap_or_default());
}

/// Collects the members merged by `<<`, from one mapping or a list of mappings.
fn merge(value: Value, node: Located, offset: usize, merged: &mut Vec<(String, Value, Located)>) -> Result<(), Error> {
    match (value, node.children) {
        (Value::Object(mut values), Children::Map(nodes)) => {
            merged.extend(
                nodes.into_iter().filter_map(|(key, node)| values.remove(&key).map(|value| (key, value, node))),
            );
            Ok(())
        }
        (Value::Array(values), Children::List(nodes)) if values.iter().all(Value::is_object) => {
            values.into_iter().zip(nodes).try_for_each(|(value, node)| merge(value, node, offset, merged))
        }
        _ => error(offset, "`<<` can only merge mappings"),
    }
}

fn scalar_value(text: String, style: ScalarStyle, tag: Option<&str>, at: Range<usize>) -> Composed {
    let value = match tag.map(|tag| tag.strip_prefix(CORE_TAG)) {
        Some(Some(core_tag)) => scalar::tagged(text, core_tag),
        None if style == ScalarStyle::Plain => scalar::plain(text),
        _ => Ok(Value::String(text)),
    };
    match value {
        Ok(value) => Ok((value, Located::scalar(at))),
        Err(message) => error(at.start, message),
    }
}

fn own_tag(event: &EventData) -> Option<String> {
    let (EventData::Scalar { tag, .. } | EventData::SequenceStart { tag, .. } | EventData::MappingStart { tag, .. }) =
        event
    else {
        return None;
    };
    tag.as_deref()?.strip_prefix('!').filter(|name| !name.is_empty()).map(str::to_owned)
}

fn bytes(value: &Value) -> usize {
    VALUE_OVERHEAD
        + match value {
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(bytes).sum(),
            Value::Object(values) => values.iter().map(|(key, value)| key.len() + bytes(value)).sum(),
            _ => 0,
        }
}

fn error<T>(offset: usize, message: impl Into<String>) -> Result<T, Error> {
    Err(Error { offset, message: message.into(), ..Error::default() })
}
