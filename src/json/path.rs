//! Turns the position of a decoding error into the path of the field it is about. Off the request path: runs only
//! for what could not be read.

/// The path of the value that begins at a byte of a JSON text: `spec.containers[1].name`. Empty at the top level, and as
/// far as it gets for text that is no JSON.
pub fn at(json: &[u8], offset: usize) -> String {
    let end = json.len().min(offset);
    let mut frames: Vec<Frame> = Vec::new();
    let mut i = 0;
    while i < end {
        match json[i] {
            b'{' => frames.push(Frame::Object { key: None, in_value: false }),
            b'[' => frames.push(Frame::Array(0)),
            b'}' | b']' => {
                frames.pop();
            }
            b',' => match frames.last_mut() {
                Some(Frame::Array(index)) => *index += 1,
                Some(Frame::Object { in_value, .. }) => *in_value = false,
                None => {}
            },
            b':' => {
                if let Some(Frame::Object { in_value, .. }) = frames.last_mut() {
                    *in_value = true;
                }
            }
            b'"' => {
                let text = string_at(&json[i + 1..]);
                if let Some(Frame::Object { key, in_value: false }) = frames.last_mut() {
                    *key = Some(String::from_utf8_lossy(text).into_owned());
                }
                i += text.len() + 1;
            }
            _ => {}
        }
        i += 1;
    }
    render(&frames)
}

enum Frame {
    Object { key: Option<String>, in_value: bool },
    Array(usize),
}

/// The bytes up to the closing quote.
fn string_at(rest: &[u8]) -> &[u8] {
    let mut escaped = false;
    let length = rest.iter().position(|byte| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    });
    &rest[..length.unwrap_or(rest.len())]
}

fn render(frames: &[Frame]) -> String {
    let mut path = String::new();
    for frame in frames {
        match frame {
            Frame::Array(index) => path.push_str(&format!("[{index}]")),
            Frame::Object { key: Some(key), .. } => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Frame::Object { key: None, .. } => {}
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::at;

    fn path_before(json: &str, mark: &str) -> String {
        at(json.as_bytes(), json.find(mark).expect("the mark is in the text"))
    }

    #[test]
    fn objects_lists_and_escaped_keys() {
        let json = r#"{"a": 1, "b": [{"c,]\"": {"d": 12}}, {"e": [1, 22]}]}"#;
        assert_eq!(path_before(json, ", \"b\""), "a");
        assert_eq!(path_before(json, "2}}"), "b[0].c,]\\\".d");
        assert_eq!(path_before(json, "2]"), "b[1].e[1]");
        assert_eq!(path_before(json, "}]}"), "b[1].e");
    }

    #[test]
    fn later_lines_and_text_that_is_no_json() {
        assert_eq!(path_before("{\n \"a\": {\n  \"b\": 1x\n }}", "x"), "a.b");
        assert_eq!(at(b"", 1), "");
        assert_eq!(at(b"}}]\"", 9), "");
        assert_eq!(at(b"{\"a\": \"unterminated", 99), "a");
    }
}
