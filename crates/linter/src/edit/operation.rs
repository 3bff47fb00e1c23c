//! Turns the operations of a patch into edits that leave the rest of the text unchanged.

use std::ops::Range;

use json_patch::PatchOperation;
use kubernetes_yaml::{Children, Located};
use serde_json::{Value, json};

use crate::edit::EditError;
use crate::edit::written::{Member, block_scalar, members, quote_of, scalar};
use crate::source::Source;

/// The replacement of a range of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes of the original text to replace.
    pub range: Range<usize>,
    /// The replacement.
    pub text: String,
}

/// Applies edits, which must be in text order and must not overlap.
pub fn edited(text: &str, edits: &[&Edit]) -> String {
    let mut after = String::with_capacity(text.len());
    let mut start = 0;
    for edit in edits {
        after += &text[start..edit.range.start];
        after += &edit.text;
        start = edit.range.end;
    }
    after + &text[start..]
}

/// Operations that change one mapping or list together.
#[derive(Debug)]
pub struct Step {
    /// The target of the first operation, as a JSON Pointer.
    pointer: String,
    /// The path from the object to the mapping or list.
    parent: Vec<String>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Adds a member, or replaces its value.
    Add(String, Value),
    Replace(String, Value),
    /// Keys or indices in the order of the patch: list items from the last to the first.
    Remove(Vec<String>),
}

/// The steps of a patch. An operation that adds a member to the mapping added just before it is merged into that step.
pub fn steps(operations: &[PatchOperation]) -> Result<Vec<Step>, EditError> {
    let mut steps: Vec<Step> = Vec::new();
    for operation in operations {
        let pointer = operation.path();
        let mut parent: Vec<String> = pointer.tokens().map(|token| token.decoded().into_owned()).collect();
        let key = parent.pop().ok_or(EditError::IsWholeObject)?;
        let kind = match (operation, steps.last_mut()) {
            (PatchOperation::Add(add), Some(Step { parent: holder, kind: Kind::Add(name, value), .. }))
                if value.is_object() && parent.split_last() == Some((&*name, &*holder)) =>
            {
                value[key] = add.value.clone();
                continue;
            }
            (PatchOperation::Remove(_), Some(Step { parent: holder, kind: Kind::Remove(keys), .. }))
                if *holder == parent =>
            {
                keys.push(key);
                continue;
            }
            (PatchOperation::Add(add), _) => Kind::Add(key, add.value.clone()),
            (PatchOperation::Replace(replace), _) => Kind::Replace(key, replace.value.clone()),
            (PatchOperation::Remove(_), _) => Kind::Remove(vec![key]),
            _ => return Err(EditError::IsOtherOperation(pointer.to_string())),
        };
        steps.push(Step { pointer: pointer.to_string(), parent, kind });
    }
    Ok(steps)
}

/// The edits that apply a step to the object at `node`.
pub fn edits(source: &Source, node: &Located, object: &Value, step: &Step) -> Result<Vec<Edit>, EditError> {
    let mut parent = node;
    let mut value = Some(object);
    for key in &step.parent {
        parent = child(parent, key).ok_or_else(|| EditError::HasNoPlace(step.pointer.clone()))?;
        value = value.and_then(|value| value_of(value, key));
    }
    let old = |key: &str| value.and_then(|value| value_of(value, key));
    let parent = Parent { source, text: source.text(), node: parent };
    match &step.kind {
        Kind::Remove(keys) => parent.remove(keys),
        Kind::Add(key, value) if old(key).is_none() => parent.add(key, value).map(|edit| vec![edit]),
        Kind::Add(key, value) | Kind::Replace(key, value) => {
            parent.replace(key, old(key), value).map(|edit| vec![edit])
        }
    }
}

fn value_of<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        value => value.get(key),
    }
}

fn child<'n>(node: &'n Located, key: &str) -> Option<&'n Located> {
    match &node.children {
        Children::None => None,
        Children::List(items) => items.get(key.parse::<usize>().ok()?),
        Children::Map(_) => node.children.member(key),
    }
}

/// The mapping or list to change.
struct Parent<'t> {
    source: &'t Source,
    text: &'t str,
    node: &'t Located,
}

impl Parent<'_> {
    fn is_flow(&self) -> bool {
        self.text[self.node.value.clone()].starts_with(['{', '['])
    }

    /// Members or items in text order.
    fn children(&self) -> Vec<&Located> {
        let mut children: Vec<&Located> = match &self.node.children {
            Children::None => Vec::new(),
            Children::List(items) => items.iter().collect(),
            Children::Map(members) => members.iter().map(|(_, member)| member).collect(),
        };
        children.sort_by_key(|child| start(child));
        children
    }

    fn child(&self, key: &str) -> Result<&Located, EditError> {
        child(self.node, key).ok_or_else(|| EditError::IsMissing(key.to_owned()))
    }

    fn remove(&self, keys: &[String]) -> Result<Vec<Edit>, EditError> {
        let removed = keys.iter().map(|key| self.child(key)).collect::<Result<Vec<_>, _>>()?;
        let children = self.children();
        let mut places: Vec<usize> = removed
            .iter()
            .map(|removed| children.iter().position(|child| start(child) == start(removed)).unwrap_or_default())
            .collect();
        places.sort_unstable();
        if places.len() == children.len() {
            return self.empty(&children).map(|edit| vec![edit]);
        }
        if self.is_flow() {
            return Ok(runs(&places).into_iter().map(|run| remove_from_flow(&children, run)).collect());
        }
        places.into_iter().map(|place| self.remove_line(children[place], children.get(place + 1).copied())).collect()
    }

    /// Removes a member or item in block style.
    fn remove_line(&self, removed: &Located, next: Option<&Located>) -> Result<Edit, EditError> {
        let line = self.source.line_start(start(removed));
        let before = &self.text[line..start(removed)];
        let after = self.line_after(removed)?;
        let is_item = matches!(self.node.children, Children::List(_));
        let starts_line = if is_item { before.trim() == "-" } else { before.trim().is_empty() };
        match next {
            _ if starts_line && line < after => Ok(Edit { range: line..after, text: String::new() }),
            // The first member of a list item follows the dash.
            Some(next) if !is_item && before.trim() == "-" && is_blank(self.text, after, start(next)) => {
                Ok(Edit { range: start(removed)..start(next), text: String::new() })
            }
            _ => Err(EditError::SharesLines),
        }
    }

    /// Replaces all members or items with an empty mapping or list.
    fn empty(&self, children: &[&Located]) -> Result<Edit, EditError> {
        let text = if matches!(self.node.children, Children::List(_)) { "[]" } else { "{}" };
        let mut range = self.node.value.clone();
        if self.text[range.clone()].starts_with(['&', '!']) {
            return Err(EditError::HasAnchor("mapping"));
        }
        if let (false, Some(last)) = (self.is_flow(), children.last()) {
            // A trailing comment is removed too, and the value moves to the line of its key.
            let after = self.line_after(last)?;
            range.end = range.start + self.text.get(range.start..after).unwrap_or_default().trim_end().len();
            if let Some(key) = &self.node.key
                && self.text.get(key.end..range.start).is_some_and(|between| between.trim() == ":")
            {
                return Ok(Edit { range: key.end..range.end, text: format!(": {text}") });
            }
        }
        Ok(Edit { range, text: text.to_owned() })
    }

    /// The start of the line after a member or item; an error if something else is on its last line.
    fn line_after(&self, member: &Located) -> Result<usize, EditError> {
        let end = end(member);
        let after = self.source.next_line(end);
        let behind = self.text[end..after].trim_start().trim_start_matches(':').trim();
        if behind.is_empty() || behind.starts_with('#') { Ok(after) } else { Err(EditError::SharesLine) }
    }

    fn replace(&self, key: &str, old: Option<&Value>, new: &Value) -> Result<Edit, EditError> {
        let replaced = self.child(key)?;
        let written = &self.text[replaced.value.clone()];
        if let (Some(key), true) = (&replaced.key, written.is_empty()) {
            let colon = self.text[key.end..].find(':').ok_or(EditError::HasNoColon)? + key.end + 1;
            return Ok(match members(new, "") {
                Some(_) => self.fill(replaced, colon..colon, new),
                None => Edit { range: colon..colon, text: format!(" {}", scalar(new, "", self.is_flow())) },
            });
        }
        if written.starts_with(['&', '!']) {
            return Err(EditError::HasAnchor("value"));
        }
        if members(new, "").is_some() {
            return Ok(self.fill(replaced, replaced.value.clone(), new));
        }
        let text = match (written.starts_with(['|', '>']), old, new) {
            (true, Some(Value::String(old)), Value::String(new)) => block_scalar(written, old, new)?,
            _ => scalar(new, written, self.is_flow()),
        };
        Ok(Edit { range: replaced.value.clone(), text })
    }

    fn add(&self, key: &str, value: &Value) -> Result<Edit, EditError> {
        let Children::Map(_) = &self.node.children else { return Err(EditError::HasNoMapping(key.to_owned())) };
        let children = self.children();
        let insertion = |offset: usize, text: String| Ok(Edit { range: offset..offset, text });
        if self.is_flow() {
            let Some(last) = children.last() else {
                return Ok(self.fill(self.node, self.node.value.clone(), &json!({ key: value })));
            };
            let gap = self.text.get(self.node.value.start + 1..start(children[0])).unwrap_or_default();
            let gap = if gap.contains('\n') { gap } else { " " };
            let quote = quote_of(self.text, last);
            return insertion(end(last), format!(",{gap}{}", Member { key, value, quote }.flow()));
        }
        // Insert after the last short member, where the new one is easy to see.
        let is_short = |child: &&&Located| {
            matches!(child.children, Children::None) && !self.text[start(child)..end(child)].contains('\n')
        };
        let is_alone = |child: &&&Located| self.line_after(child).is_ok();
        let mut short = children.iter().rev().filter(is_short);
        let neighbour = short.find(is_alone).or(children.last()).ok_or(EditError::HasNoMembers)?;
        let first = start(neighbour);
        let indent: String = self.text[self.source.line_start(first)..first].chars().map(|_| ' ').collect();
        let line_end = self.text[..self.line_after(neighbour)?].trim_end_matches(['\n', '\r']).len();
        let line_break = self.source.line_break(first);
        insertion(
            line_end,
            format!("{line_break}{indent}{}", Member { key, value, quote: "" }.block(&indent, line_break)),
        )
    }

    /// Replaces the empty mapping at `range` with one that has members. `{}` after a key in block style becomes a
    /// block.
    fn fill(&self, node: &Located, range: Range<usize>, mapping: &Value) -> Edit {
        let quote = quote_of(self.text, node);
        let members: Vec<Member> = members(mapping, quote).into_iter().flatten().collect();
        if let Some(own) = &node.key {
            let line = self.source.line_start(own.start);
            let before = &self.text[line..own.start];
            let behind = &self.text[range.end..self.source.next_line(range.end)];
            if before.chars().all(|c| c == ' ' || c == '-') && quote.is_empty() && behind.trim().is_empty() {
                let (indent, line_break) = (" ".repeat(before.len() + 2), self.source.line_break(own.start));
                let lines =
                    members.iter().map(|member| format!("{line_break}{indent}{}", member.block(&indent, line_break)));
                return Edit { range: own.end..range.end, text: format!(":{}", lines.collect::<String>()) };
            }
        }
        let members: Vec<String> = members.iter().map(Member::flow).collect();
        let space = if self.text[..range.start].ends_with(':') { " " } else { "" };
        Edit { range, text: format!("{space}{{{}}}", members.join(", ")) }
    }
}

/// Groups consecutive numbers into runs of first and last.
fn runs(numbers: &[usize]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    runs
}

/// Removes a run of children, but not all of them, from a mapping or list in flow style.
fn remove_from_flow(children: &[&Located], (first, last): (usize, usize)) -> Edit {
    let range = match (children.get(last + 1), first.checked_sub(1).and_then(|before| children.get(before))) {
        (None, Some(before)) => end(before)..end(children[last]),
        (next, _) => start(children[first])..next.map_or(end(children[last]), |next| start(next)),
    };
    Edit { range, text: String::new() }
}

fn start(node: &Located) -> usize {
    node.key.as_ref().map_or(node.value.start, |key| key.start)
}

fn end(node: &Located) -> usize {
    node.value.end.max(node.key.as_ref().map_or(0, |key| key.end))
}

fn is_blank(text: &str, start: usize, end: usize) -> bool {
    text.get(start..end).is_some_and(|between| between.trim().is_empty())
}
