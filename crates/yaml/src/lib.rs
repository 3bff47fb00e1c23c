//! YAML as kubectl reads it, with the place of every value.
//!
//! kubectl reads YAML 1.1 (sigs.k8s.io/yaml over go-yaml 2): `yes` and `on` are booleans, `010` is eight, `<<` merges.
//! What it would let pass and nobody means is refused here: a key written twice, aliases that multiply without end.

mod chunk;
mod scalar;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use serde_json::{Map, Value};

use chunk::Chunk;

/// Far deeper than any Kubernetes object.
const DEEPEST: usize = 256;
/// What all anchors and aliases of a document may add up to, in bytes.
const MOST_SHARED: usize = 16 << 20;
/// How much text may be read again after a line was moved (see [`chunk`]), in bytes.
const MOST_READ_AGAIN: usize = 32 << 20;
/// What a value weighs besides its text.
const WEIGHT_OF_A_VALUE: usize = 64;

/// One document of a stream.
#[derive(Debug)]
pub struct Document {
    /// What it says.
    pub value: Value,
    /// Where each part of it stands.
    pub node: Node,
    /// A tag of its own on the whole document: `KubernetesGetResource` of `!KubernetesGetResource`.
    pub tag: Option<String>,
}

/// Where a value stands, as ranges of bytes of the whole text.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Its key, when it is a member of a mapping.
    pub key: Option<Range<usize>>,
    /// The value itself.
    pub value: Range<usize>,
    /// What it holds.
    pub children: Children,
}

/// The parts of a value.
#[derive(Clone, Debug, Default)]
pub enum Children {
    /// A scalar has none.
    #[default]
    None,
    /// In order.
    List(Vec<Node>),
    /// By key.
    Map(HashMap<String, Node>),
}

/// What could not be read, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Error {
    /// Offset in bytes.
    pub offset: usize,
    /// What is wrong there.
    pub message: String,
}

/// Reads all documents of a stream. One that cannot be read does not hide the others; empty ones are left out.
pub fn documents(text: &str) -> Vec<Result<Document, Error>> {
    let mut documents = Vec::new();
    let mut read_again = 0;
    for range in chunks(text) {
        let mut chunk = Chunk::new(text, range);
        loop {
            let mut composer = Composer::new(&chunk);
            let read = composer.documents();
            let Some(error) = composer.syntax_error.take() else {
                documents.extend(read);
                break;
            };
            read_again += chunk.text().len();
            if read_again > MOST_READ_AGAIN || !chunk.move_right(&error) {
                documents.extend(read);
                break;
            }
        }
    }
    documents
}

/// Cuts a stream at its `---` lines, as kubectl does before it parses anything. Chunks of comments only are left out.
fn chunks(text: &str) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let (mut start, mut end) = (0, 0);
    for line in text.split_inclusive('\n') {
        let is_separator = line.strip_prefix("---").is_some_and(|rest| {
            let rest = rest.trim();
            rest.is_empty() || rest.starts_with('#')
        });
        if is_separator {
            chunks.push(start..end);
            start = end + line.len();
        }
        end += line.len();
    }
    chunks.push(start..end);
    let says_something = |line: &str| !line.trim().is_empty() && !line.starts_with(['#', '%']);
    chunks.retain(|chunk| text[chunk.clone()].lines().any(says_something));
    chunks
}

/// The text of the document that an offset belongs to.
pub fn document_at(text: &str, offset: usize) -> &str {
    chunks(text).into_iter().find(|chunk| offset <= chunk.end).map_or("", |chunk| &text[chunk])
}

/// Turns the parser's events into values.
struct Composer<'t> {
    chunk: &'t Chunk<'t>,
    parser: Parser<'t, StrInput<'t>>,
    /// What the parser stumbled over.
    syntax_error: Option<ScanError>,
    anchors: HashMap<usize, (Value, Node)>,
    /// What anchors and aliases have added up to.
    shared: usize,
}

type Composed = Result<(Value, Node), Error>;

impl<'t> Composer<'t> {
    fn new(chunk: &'t Chunk<'t>) -> Composer<'t> {
        let parser = Parser::new_from_str(chunk.text());
        Composer { chunk, parser, syntax_error: None, anchors: HashMap::new(), shared: 0 }
    }

    /// Everything up to the first error.
    fn documents(&mut self) -> Vec<Result<Document, Error>> {
        let mut documents = Vec::new();
        loop {
            match self.document() {
                Ok(None) => return documents,
                Ok(Some(Document { value: Value::Null, .. })) => {}
                Ok(Some(document)) => documents.push(Ok(document)),
                Err(error) => {
                    documents.push(Err(error));
                    return documents;
                }
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Range<usize>), Error> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, self.range(span))),
            Some(Err(error)) => {
                let offset = self.chunk.offset(error.marker().index()).min(self.chunk.end());
                let message = error.info().to_owned();
                self.syntax_error = Some(error);
                Err(Error { offset, message })
            }
            None => Ok((Event::StreamEnd, 0..0)),
        }
    }

    fn range(&self, span: Span) -> Range<usize> {
        self.chunk.offset(span.start.index())..self.chunk.offset(span.end.index())
    }

    fn document(&mut self) -> Result<Option<Document>, Error> {
        loop {
            match self.next()?.0 {
                Event::StreamEnd => return Ok(None),
                Event::DocumentStart(_) => break,
                _ => {}
            }
        }
        self.anchors.clear();
        let (event, at) = self.next()?;
        let tag = own_tag(&event);
        let (value, node) = self.value(event, at, 0)?;
        Ok(Some(Document { value, node, tag }))
    }

    fn value(&mut self, event: Event<'t>, at: Range<usize>, depth: usize) -> Composed {
        if depth > DEEPEST {
            return Err(Error { offset: at.start, message: format!("nested more than {DEEPEST} levels deep") });
        }
        let (anchor, (value, node)) = match event {
            Event::Alias(anchor) => return self.alias(anchor, at),
            Event::Scalar(text, style, anchor, tag) => (anchor, scalar_value(&text, style, tag.as_deref(), at)?),
            Event::SequenceStart(anchor, _) => (anchor, self.list(at, depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.mapping(at, depth)?),
            _ => (0, (Value::Null, Node { value: at, ..Node::default() })),
        };
        // The parser counts anchors from 1.
        if anchor != 0 {
            self.share(&value, node.value.start)?;
            self.anchors.insert(anchor, (value.clone(), node.clone()));
        }
        Ok((value, node))
    }

    fn alias(&mut self, anchor: usize, at: Range<usize>) -> Composed {
        let Some((value, node)) = self.anchors.get(&anchor).cloned() else {
            return Err(Error { offset: at.start, message: "an alias to a value that contains it".to_owned() });
        };
        self.share(&value, at.start)?;
        Ok((value, node))
    }

    fn share(&mut self, value: &Value, offset: usize) -> Result<(), Error> {
        self.shared += weight(value);
        if self.shared > MOST_SHARED {
            let message = format!("anchors and aliases add up to more than {} MiB", MOST_SHARED >> 20);
            return Err(Error { offset, message });
        }
        Ok(())
    }

    fn list(&mut self, mut at: Range<usize>, depth: usize) -> Composed {
        let (mut values, mut nodes) = (Vec::new(), Vec::new());
        loop {
            let (event, range) = self.next()?;
            if event == Event::SequenceEnd {
                at.end = range.end.max(at.start);
                return Ok((Value::Array(values), Node { key: None, value: at, children: Children::List(nodes) }));
            }
            let (value, node) = self.value(event, range, depth + 1)?;
            values.push(value);
            nodes.push(node);
        }
    }

    fn mapping(&mut self, mut at: Range<usize>, depth: usize) -> Composed {
        let (mut values, mut nodes) = (Map::new(), HashMap::new());
        let mut merged = Vec::new();
        loop {
            let (event, key_at) = self.next()?;
            if event == Event::MappingEnd {
                at.end = key_at.end.max(at.start);
                break;
            }
            let is_merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let key = self.key(event, key_at.clone(), depth)?;
            let (event, value_at) = self.next()?;
            let (value, mut node) = self.value(event, value_at.clone(), depth + 1)?;
            if is_merge {
                merge(value, node, value_at.start, &mut merged)?;
            } else if values.contains_key(&key) {
                return Err(Error { offset: key_at.start, message: format!("the key {key:?} is already there") });
            } else {
                node.key = Some(key_at);
                values.insert(key.clone(), value);
                nodes.insert(key, node);
            }
        }
        // What is written here wins over what is merged, and what is merged first over what is merged later.
        for (key, value, node) in merged {
            if !values.contains_key(&key) {
                values.insert(key.clone(), value);
                nodes.insert(key, node);
            }
        }
        Ok((Value::Object(values), Node { key: None, value: at, children: Children::Map(nodes) }))
    }

    fn key(&mut self, event: Event<'t>, at: Range<usize>, depth: usize) -> Result<String, Error> {
        let offset = at.start;
        match self.value(event, at, depth + 1)?.0 {
            Value::String(text) => Ok(text),
            Value::Bool(value) => Ok(value.to_string()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Null => Err(Error { offset, message: "a key that is empty".to_owned() }),
            Value::Array(_) | Value::Object(_) => {
                Err(Error { offset, message: "a key that is a list or a mapping".to_owned() })
            }
        }
    }
}

/// Collects what `<<` brings: one mapping or a list of them.
fn merge(value: Value, node: Node, offset: usize, merged: &mut Vec<(String, Value, Node)>) -> Result<(), Error> {
    match (value, node.children) {
        (Value::Object(values), Children::Map(mut nodes)) => {
            merged.extend(values.into_iter().map(|(key, value)| {
                let node = nodes.remove(&key).unwrap_or_default();
                (key, value, node)
            }));
            Ok(())
        }
        (Value::Array(values), Children::List(nodes)) if values.iter().all(Value::is_object) => {
            values.into_iter().zip(nodes).try_for_each(|(value, node)| merge(value, node, offset, merged))
        }
        _ => Err(Error { offset, message: "`<<` merges mappings only".to_owned() }),
    }
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>, at: Range<usize>) -> Composed {
    let value = match tag {
        Some(tag) if tag.is_yaml_core_schema() => scalar::tagged(text, &tag.suffix),
        None if style == ScalarStyle::Plain => scalar::plain(text),
        _ => Ok(Value::String(text.to_owned())),
    };
    match value {
        Ok(value) => Ok((value, Node { value: at, ..Node::default() })),
        Err(message) => Err(Error { offset: at.start, message }),
    }
}

fn own_tag(event: &Event) -> Option<String> {
    let tag: &Option<Cow<Tag>> = match event {
        Event::Scalar(.., tag) | Event::SequenceStart(_, tag) | Event::MappingStart(_, tag) => tag,
        _ => &None,
    };
    tag.as_deref().filter(|tag| tag.handle == "!").map(|tag| tag.suffix.clone())
}

fn weight(value: &Value) -> usize {
    WEIGHT_OF_A_VALUE
        + match value {
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(weight).sum(),
            Value::Object(values) => values.iter().map(|(key, value)| key.len() + weight(value)).sum(),
            _ => 0,
        }
}

impl Node {
    /// The node at a path such as `spec.containers[1].image` or `metadata.annotations[a.b/c]`, or its nearest ancestor
    /// that is there. Keys may themselves contain dots.
    pub fn nearest(&self, path: &str) -> &Node {
        self.child(path).map_or(self, |(child, rest)| child.nearest(rest))
    }

    fn child<'p>(&self, path: &'p str) -> Option<(&Node, &'p str)> {
        match &self.children {
            Children::None => None,
            Children::List(nodes) => {
                let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
                Some((nodes.get(index.parse::<usize>().ok()?)?, rest))
            }
            Children::Map(nodes) => {
                if let Some((key, rest)) = path.strip_prefix('[').and_then(|path| path.split_once(']')) {
                    return nodes.get(key.trim_matches(['\'', '"'])).map(|node| (node, rest));
                }
                let path = path.strip_prefix('.').unwrap_or(path);
                let ends = path.match_indices(['.', '[']).map(|(end, _)| end).chain(std::iter::once(path.len()));
                ends.filter_map(|end| Some((nodes.get(&path[..end])?, &path[end..]))).next_back()
            }
        }
    }

    /// The part of the text to point at: the key with its value, of a list's item its name.
    pub fn place(&self) -> Range<usize> {
        match (&self.key, &self.children) {
            (Some(key), Children::None) => key.start..self.value.end.max(key.end),
            (Some(key), _) => key.clone(),
            (None, Children::Map(nodes)) => {
                let first = || nodes.values().min_by_key(|node| node.key.as_ref().map(|key| key.start));
                nodes.get("name").or_else(first).map_or_else(|| self.value.clone(), Node::place)
            }
            (None, Children::List(nodes)) => nodes.first().map_or_else(|| self.value.clone(), Node::place),
            (None, Children::None) => self.value.clone(),
        }
    }
}
