//! Writes values as YAML.

use kubernetes_yaml::Located;
use serde_json::Value;

use crate::edit::EditError;

/// A member of a mapping. In block style, each member of its value gets its own line, indented two more than `indent`.
pub struct Member<'v> {
    pub key: &'v str,
    pub value: &'v Value,
    /// The quotation mark of the other keys; empty if they have none.
    pub quote: &'v str,
}

impl Member<'_> {
    /// In flow style: `a: {b: c}`.
    pub fn flow(&self) -> String {
        let Member { key, value, quote } = self;
        let key = scalar(&Value::from(*key), quote, true);
        match members(value, quote) {
            Some(members) => {
                format!("{key}: {{{}}}", members.map(|member| member.flow()).collect::<Vec<_>>().join(", "))
            }
            None => format!("{key}: {}", scalar(value, quote, true)),
        }
    }

    /// In block style, on a line with this indentation.
    pub fn block(&self, indent: &str, line_break: &str) -> String {
        let key = scalar(&Value::from(self.key), "", false);
        match members(self.value, "") {
            Some(members) => {
                let indent = format!("{indent}  ");
                let lines = members.map(|member| format!("{line_break}{indent}{}", member.block(&indent, line_break)));
                format!("{key}:{}", lines.collect::<String>())
            }
            None => format!("{key}: {}", scalar(self.value, "", false)),
        }
    }
}

/// The members of a mapping that is not empty.
pub fn members<'v>(value: &'v Value, quote: &'v str) -> Option<impl Iterator<Item = Member<'v>>> {
    let members = value.as_object().filter(|members| !members.is_empty())?;
    Some(members.iter().map(move |(key, value)| Member { key, value, quote }))
}

/// The quotation mark of a key in double quotes; otherwise empty.
pub fn quote_of(text: &str, node: &Located) -> &'static str {
    let key = node.key.clone().and_then(|key| text.get(key)).unwrap_or_default();
    if key.starts_with('"') { "\"" } else { "" }
}

/// A scalar in the style of `written`: in the same quotes, otherwise plain if that parses as the same value.
pub fn scalar(value: &Value, written: &str, is_flow: bool) -> String {
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

/// A literal block scalar with its changed lines replaced.
pub fn block_scalar(written: &str, old: &str, new: &str) -> Result<String, EditError> {
    let folded = || EditError::IsFolded;
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
