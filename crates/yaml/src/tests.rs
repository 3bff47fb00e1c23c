mod comments;
mod documents;
mod emit;
mod places;
mod values;

use serde_json::Value;

use crate::documents;

fn value(text: &str) -> Value {
    let mut documents = documents(text);
    assert_eq!(documents.len(), 1, "{documents:?}");
    documents.remove(0).expect("readable").value
}

/// Line and column of an offset, from 1.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

fn error(text: &str) -> (usize, usize, String) {
    let error = documents(text).into_iter().find_map(Result::err).expect("an error");
    let (line, column) = line_and_column(text, error.offset);
    (line, column, error.message)
}

/// Everything with a meaning in YAML, and some letters.
const ODD: &[&str] = &[
    " ",
    " ",
    "  ",
    "\n",
    "\n",
    "\t",
    "\r",
    "\r\n",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{0}",
    "\u{7f}",
    "-",
    "- ",
    "---",
    "...",
    "?",
    "? ",
    ":",
    ": ",
    ",",
    "[",
    "]",
    "{",
    "}",
    "#",
    " #",
    "&",
    "&a ",
    "*",
    "*a",
    "!",
    "!!",
    "!!int ",
    "!a ",
    "!<",
    "|",
    "|\n",
    "|+",
    ">",
    ">-2",
    "'",
    "\"",
    "\\",
    "\\x",
    "%",
    "%YAML 1.1",
    "%TAG ",
    "%41",
    "@",
    "`",
    "<<",
    "<<: ",
    "~",
    "=",
    "0",
    "a",
    "b: ",
    "ü",
    "😀",
];
