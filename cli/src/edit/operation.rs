//! One operation of JSON Patch as a change of the text, which leaves everything else as it was written.

use std::ops::Range;

use json_patch::PatchOperation;
use kubernetes_yaml::{Children, Located};
use serde_json::Value;

/// What takes the place of a range of bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    /// Of the text before the change.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

/// The edit for an operation on the object at `node`, or why there is none.
pub fn edit(text: &str, node: &Located, object: &Value, operation: &PatchOperation) -> Result<Edit, String> {
    let pointer = operation.path();
    let keys: Vec<String> = pointer.tokens().map(|token| token.decoded().into_owned()).collect();
    let (last, parents) = keys.split_last().ok_or("the whole object would change")?;
    let mut parent = node;
    for key in parents {
        parent = child(parent, key).ok_or_else(|| format!("{pointer}: the text does not say where this is"))?;
    }
    let parent = Parent { text, node: parent };
    let value = object.pointer(pointer.as_str());
    match operation {
        PatchOperation::Remove(_) => parent.remove(last),
        PatchOperation::Add(add) if value.is_none() => parent.add(last, &add.value),
        PatchOperation::Add(add) => parent.replace(last, value, &add.value),
        PatchOperation::Replace(replace) => parent.replace(last, value, &replace.value),
        _ => Err(format!("{pointer}: not an operation of a finding's patch")),
    }
}

fn child<'n>(node: &'n Located, key: &str) -> Option<&'n Located> {
    match &node.children {
        Children::None => None,
        Children::List(items) => items.get(key.parse::<usize>().ok()?),
        Children::Map(_) => node.children.member(key),
    }
}

/// The mapping or list whose member or item changes.
struct Parent<'t> {
    text: &'t str,
    node: &'t Located,
}

impl Parent<'_> {
    fn is_flow(&self) -> bool {
        self.text[self.node.value.clone()].starts_with(['{', '['])
    }

    /// Members or items, in the order of the text.
    fn children(&self) -> Vec<&Located> {
        let mut children: Vec<&Located> = match &self.node.children {
            Children::None => Vec::new(),
            Children::List(items) => items.iter().collect(),
            Children::Map(members) => members.iter().map(|(_, member)| member).collect(),
        };
        children.sort_by_key(|child| start(child));
        children
    }

    fn remove(&self, key: &str) -> Result<Edit, String> {
        let removed = child(self.node, key).ok_or_else(|| format!("{key}: is not in the text"))?;
        let children = self.children();
        let place = children.iter().position(|child| start(child) == start(removed)).unwrap_or_default();
        if children.len() == 1 {
            return self.empty();
        }
        let next = children.get(place + 1);
        if self.is_flow() {
            return Ok(Edit {
                range: match (next, place.checked_sub(1).and_then(|before| children.get(before))) {
                    (None, Some(before)) => end(before)..end(removed),
                    (next, _) => start(removed)..next.map_or(end(removed), |next| start(next)),
                },
                text: String::new(),
            });
        }
        let line = line_start(self.text, start(removed));
        let before = &self.text[line..start(removed)];
        let after = self.line_after(removed)?;
        let is_item = matches!(self.node.children, Children::List(_));
        let starts_line = if is_item { before.trim() == "-" } else { before.trim().is_empty() };
        match next {
            _ if starts_line && line < after => Ok(Edit { range: line..after, text: String::new() }),
            // The first member of a list's item stands behind the dash.
            Some(next) if !is_item && before.trim() == "-" && is_blank(self.text, after, start(next)) => {
                Ok(Edit { range: start(removed)..start(next), text: String::new() })
            }
            _ => Err("it does not stand on lines of its own".to_owned()),
        }
    }

    /// Takes the only member or item out.
    fn empty(&self) -> Result<Edit, String> {
        let text = if matches!(self.node.children, Children::List(_)) { "[]" } else { "{}" };
        let mut range = self.node.value.clone();
        if self.text[range.clone()].starts_with(['&', '!']) {
            return Err("the mapping has an anchor or a tag".to_owned());
        }
        let only = self.children()[0];
        if !self.is_flow() {
            // Comments behind it go with it, and the value moves to the line of its key.
            let after = self.line_after(only)?;
            range.end = range.start + self.text[range.start..after].trim_end().len();
            if let Some(key) = &self.node.key
                && self.text[key.end..range.start].trim() == ":"
            {
                return Ok(Edit { range: key.end..range.end, text: format!(": {text}") });
            }
        }
        Ok(Edit { range, text: text.to_owned() })
    }

    /// Where the line after a member or item begins; an error when something else stands on its last line.
    fn line_after(&self, member: &Located) -> Result<usize, String> {
        let end = end(member);
        let rest = self.text[end..].split_inclusive('\n').next().unwrap_or_default();
        let behind = rest.trim_start().trim_start_matches(':').trim();
        if behind.is_empty() || behind.starts_with('#') {
            Ok(end + rest.len())
        } else {
            Err("something else stands on its line".to_owned())
        }
    }

    fn replace(&self, key: &str, old: Option<&Value>, new: &Value) -> Result<Edit, String> {
        let replaced = child(self.node, key).ok_or_else(|| format!("{key}: is not in the text"))?;
        let written = &self.text[replaced.value.clone()];
        if let (Some(key), true) = (&replaced.key, written.is_empty()) {
            let colon = self.text[key.end..].find(':').ok_or("the key has no colon")? + key.end + 1;
            return Ok(Edit { range: colon..colon, text: format!(" {}", scalar(new, "", self.is_flow())) });
        }
        if written.starts_with(['&', '!']) {
            return Err("the value has an anchor or a tag".to_owned());
        }
        let text = match (written.starts_with(['|', '>']), old, new) {
            (true, Some(Value::String(old)), Value::String(new)) => block(written, old, new)?,
            _ => scalar(new, written, self.is_flow()),
        };
        Ok(Edit { range: replaced.value.clone(), text })
    }

    fn add(&self, key: &str, value: &Value) -> Result<Edit, String> {
        let Children::Map(_) = &self.node.children else {
            return Err(format!("{key}: the text has no mapping to add it to"));
        };
        let children = self.children();
        let at = |offset: usize, text: String| Ok(Edit { range: offset..offset, text });
        if self.is_flow() {
            return match children.last() {
                Some(last) => {
                    let quote = &self.text[start(last)..][..1];
                    let first = start(children[0]);
                    let line_break = self.text[self.node.value.start + 1..first].to_owned();
                    let gap = if line_break.contains('\n') { line_break } else { " ".to_owned() };
                    let quote = if quote == "\"" { quote } else { "" };
                    at(end(last), format!(",{gap}{}", member(key, value, quote, true)))
                }
                None => self.add_to_empty(key, value),
            };
        }
        // Behind the last member that is short, so that the new one is seen.
        let is_short = |child: &&&Located| {
            matches!(child.children, Children::None) && !self.text[start(child)..end(child)].contains('\n')
        };
        let neighbour = children.iter().rev().find(is_short).or(children.last()).ok_or("the mapping has no members")?;
        let first = start(neighbour);
        let indent: String = (self.text[line_start(self.text, first)..first].chars()).map(|_| ' ').collect();
        let line_end = self.text[..self.line_after(neighbour)?].trim_end_matches(['\n', '\r']).len();
        at(line_end, format!("{}{indent}{}", line_break(self.text), member(key, value, "", false)))
    }

    /// `{}` behind a key in block style becomes a block, too.
    fn add_to_empty(&self, key: &str, value: &Value) -> Result<Edit, String> {
        let range = self.node.value.clone();
        if let Some(own) = &self.node.key {
            let line = line_start(self.text, own.start);
            let before = &self.text[line..own.start];
            if before.chars().all(|c| c == ' ' || c == '-') && !self.text[own.clone()].starts_with('"') {
                let indent = " ".repeat(before.len() + 2);
                let text = format!(":{}{indent}{}", line_break(self.text), member(key, value, "", false));
                let rest = self.text[range.end..].lines().next().unwrap_or_default();
                if rest.trim().is_empty() {
                    return Ok(Edit { range: own.end..range.end, text });
                }
            }
        }
        let quote = match &self.node.key {
            Some(own) if self.text[own.clone()].starts_with('"') => "\"",
            _ => "",
        };
        Ok(Edit { range, text: format!("{{{}}}", member(key, value, quote, true)) })
    }
}

fn start(node: &Located) -> usize {
    node.key.as_ref().map_or(node.value.start, |key| key.start)
}

fn end(node: &Located) -> usize {
    node.value.end.max(node.key.as_ref().map_or(0, |key| key.end))
}

fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |line_break| line_break + 1)
}

fn is_blank(text: &str, start: usize, end: usize) -> bool {
    text.get(start..end).is_some_and(|between| between.trim().is_empty())
}

fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn member(key: &str, value: &Value, quote: &str, is_flow: bool) -> String {
    let key = scalar(&Value::from(key), quote, is_flow);
    format!("{key}: {}", scalar(value, quote, is_flow))
}

/// A scalar in the style of what was written before: in the same quotes, else plain where that means the same text.
fn scalar(value: &Value, written: &str, is_flow: bool) -> String {
    let Value::String(text) = value else { return value.to_string() };
    let means_itself = || {
        let probe = if is_flow { format!("{{a: {text}}}") } else { format!("a: {text}") };
        let mut documents = kubernetes_yaml::documents(&probe);
        matches!(documents.pop(), Some(Ok(document)) if document.value["a"] == *value)
    };
    if written.starts_with('"') || text.contains(char::is_control) {
        value.to_string()
    } else if !written.starts_with('\'') && !text.contains('\n') && means_itself() {
        text.clone()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// A literal block scalar, whose lines change where the text does.
fn block(written: &str, old: &str, new: &str) -> Result<String, String> {
    let folded = || "the text of the block scalar cannot be told from its lines".to_owned();
    let mut lines = written.split_inclusive('\n');
    let mut text = lines.next().ok_or_else(folded)?.to_owned();
    let (mut old, mut new) = (old.lines(), new.lines());
    for line in lines {
        let (old, new) = old.next().zip(new.next()).ok_or_else(folded)?;
        let content = line.trim_end_matches(['\n', '\r']);
        let indent = content.strip_suffix(old).ok_or_else(folded)?;
        text += &format!("{indent}{new}{}", &line[content.len()..]);
    }
    Ok(text)
}
