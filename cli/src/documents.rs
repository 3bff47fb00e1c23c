//! Files that hold one document: a configuration, settings, an admission request.

use std::io;
use std::path::Path;

use hostprocess_linter::Settings;
use hostprocess_linter::document::Document;
use hostprocess_linter::request;
use serde_json::Value;

use crate::files;

/// Reads a YAML or JSON file with one document.
///
/// # Errors
/// The file cannot be read, or as for [`Document::parse`]; the text begins with the path.
pub fn load(path: &Path) -> Result<Document, String> {
    Document::parse(&path.display().to_string(), &text(path)?).map_err(|error| error.to_string())
}

/// Reads settings from a YAML or JSON file: the settings themselves, or a Kubewarden policy that has them.
///
/// # Errors
/// The file cannot be read, or does not hold a mapping; the text begins with the path.
pub fn load_settings(path: &Path) -> Result<Settings, String> {
    Settings::parse(&path.display().to_string(), &text(path)?).map_err(|error| error.to_string())
}

/// Reads an AdmissionRequest, or the one inside an AdmissionReview, in JSON from a file or, for `-`, from standard
/// input.
///
/// # Errors
/// The file cannot be read, or does not hold a request; the text begins with the path.
pub fn load_request(path: &Path) -> Result<Value, String> {
    let read = match path.as_os_str() == "-" {
        true => {
            files::read_all(io::stdin().lock()).and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other))
        }
        false => files::read_text(path),
    };
    let name = path.display();
    let text = read.map_err(|error| format!("{name}: {error}"))?;
    request::parse(&text).map_err(|error| format!("{name}: {error}"))
}

fn text(path: &Path) -> Result<String, String> {
    files::read_text(path).map_err(|error| format!("{}: cannot be read: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_named() {
        let error = load(Path::new("no-such-file")).expect_err("none");
        assert!(error.starts_with("no-such-file: cannot be read: "), "{error}");
    }
}
