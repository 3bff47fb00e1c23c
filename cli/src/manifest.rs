//! From paths on the command line to Kubernetes objects.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::source::Source;
use kubernetes_yaml::{self as yaml, Children, Located};

/// What one file holds.
#[derive(Debug)]
pub struct File {
    /// Its text; empty when it could not be read.
    pub source: Source,
    /// The objects in it, those of lists included.
    pub objects: Vec<Object>,
    /// What in it could not be read.
    pub problems: Vec<Problem>,
}

/// One Kubernetes object.
#[derive(Debug)]
pub struct Object {
    /// The document that it stands in, from 1; empty documents are not counted.
    pub document: usize,
    /// `v1`, `apps/v1`.
    pub api_version: String,
    /// `Pod`, `DaemonSet`.
    pub kind: String,
    /// What it says.
    pub value: Value,
    /// Where each part of it stands.
    pub node: Located,
}

/// Why a file or a part of it could not be read.
#[derive(Debug)]
pub struct Problem {
    /// Where, in bytes; `None` when it is about the whole file.
    pub offset: Option<usize>,
    /// What is wrong, for a person.
    pub message: String,
}

/// Reads files, folders (what ends in `.yaml`, `.yml` or `.json`, at any depth) and `-`, the standard input.
pub fn read(paths: &[PathBuf]) -> Vec<File> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            files.push(File::read("<stdin>", || read_all(io::stdin().lock())));
        } else if path.is_dir() {
            read_folder(path, &mut files);
        } else {
            files.push(File::read_path(path));
        }
    }
    files
}

fn read_folder(folder: &Path, files: &mut Vec<File>) {
    let mut entries: Vec<PathBuf> =
        match fs::read_dir(folder).and_then(|entries| entries.map(|e| Ok(e?.path())).collect()) {
            Ok(entries) => entries,
            Err(error) => return files.push(File::unreadable(folder.display().to_string(), &error)),
        };
    entries.sort();
    for path in entries {
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        // A link to a folder could lead in a circle.
        if path.is_dir() && !path.is_symlink() && !is_hidden {
            read_folder(&path, files);
        } else if path.is_file() && path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json") {
            files.push(File::read_path(&path));
        }
    }
}

fn read_all(mut input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl File {
    fn read_path(path: &Path) -> File {
        File::read(&path.display().to_string(), || fs::read(path))
    }

    fn read(name: &str, bytes: impl FnOnce() -> io::Result<Vec<u8>>) -> File {
        match bytes().and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other)) {
            Ok(text) => File::parse(name, text),
            Err(error) => File::unreadable(name.to_owned(), &error),
        }
    }

    fn unreadable(name: String, error: &io::Error) -> File {
        let problem = Problem { offset: None, message: format!("cannot be read: {error}") };
        File { source: Source::new(name, String::new()), objects: Vec::new(), problems: vec![problem] }
    }

    /// Takes a text apart into its objects.
    pub fn parse(name: &str, text: String) -> File {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let mut file = File { source: Source::new(name, String::new()), objects: Vec::new(), problems: Vec::new() };
        for (index, document) in documents(&text).into_iter().enumerate() {
            match document {
                Ok((value, node)) => file.add(index + 1, value, node, None),
                Err(error) => {
                    file.problems.push(Problem { offset: Some(error.offset), message: explain(&text, error) });
                }
            }
        }
        file.source = Source::new(name, text);
        file
    }

    /// Adds an object, or all objects of a list. Those of a typed list (`PodList`) may leave out what its kind says.
    fn add(&mut self, document: usize, value: Value, node: Located, list: Option<(&str, &str)>) {
        let text = |key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (Some(api_version), Some(kind)) =
            (text("apiVersion").or(list.map(|list| list.0)), text("kind").or(list.map(|list| list.1)))
        else {
            let message = "no Kubernetes object: it has no apiVersion and kind".to_owned();
            self.problems.push(Problem { offset: Some(node.place().start), message });
            return;
        };
        let (api_version, kind) = (api_version.to_owned(), kind.to_owned());
        // The pod is inside, where nobody looks: to accept it as an object without a pod would be a false answer.
        if kind == "AdmissionReview" && api_version.starts_with("admission.k8s.io/") {
            let message = "an admission request, no manifest: judge it with 'hostprocess run'".to_owned();
            self.problems.push(Problem { offset: Some(node.place().start), message });
            return;
        }
        match (kind.strip_suffix("List"), value) {
            (Some(kind_of_items), Value::Object(mut members))
                if kind == "List" || members.get("items").is_some_and(Value::is_array) =>
            {
                let item = (!kind_of_items.is_empty()).then_some((api_version.as_str(), kind_of_items));
                let values = members.remove("items").and_then(|items| items.as_array().cloned()).unwrap_or_default();
                let mut nodes = match node.children {
                    Children::Map(mut nodes) => match nodes.remove("items").map(|items| items.children) {
                        Some(Children::List(nodes)) => nodes,
                        _ => Vec::new(),
                    },
                    _ => Vec::new(),
                };
                nodes.resize_with(values.len(), Located::default);
                for (value, node) in values.into_iter().zip(nodes) {
                    self.add(document, value, node, item);
                }
            }
            (_, value) => self.objects.push(Object { document, api_version, kind, value, node }),
        }
    }
}

/// A file that begins like JSON is read as JSON, as kubectl does: YAML does not know all of its escapes, and several
/// values may follow each other. Its places come from reading it as YAML where that works.
fn documents(text: &str) -> Vec<Result<(Value, Located), yaml::Error>> {
    let documents = yaml::documents(text);
    if text.trim_start().starts_with('{') {
        let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
        if let Ok(values) = values
            && (values.len() != documents.len() || documents.iter().any(Result::is_err))
        {
            return values.into_iter().map(|value| Ok((value, Located::default()))).collect();
        }
    }
    documents.into_iter().map(|document| document.map(|document| (document.value, document.node))).collect()
}

fn explain(text: &str, error: yaml::Error) -> String {
    if yaml::document_at(text, error.offset).contains("{{") {
        return format!(
            "no YAML: {}; it looks like a template: render it first, as in `helm template . | hostprocess check -`",
            error.message
        );
    }
    format!("no YAML: {}", error.message)
}

impl Object {
    /// A text of the object's metadata.
    fn metadata(&self, key: &str) -> Option<&str> {
        self.value.get("metadata")?.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// Its name, or what a generated one begins with.
    pub fn name(&self) -> Option<&str> {
        self.metadata("name").or_else(|| self.metadata("generateName"))
    }

    /// Its namespace, when the manifest says it.
    pub fn namespace(&self) -> Option<&str> {
        self.metadata("namespace")
    }

    /// The admission request that would create it. Where the manifest names no namespace, `kubectl apply` goes to
    /// the current one, which is `default` unless configured.
    pub fn admission_request(&self) -> Value {
        let (group, version) = self.api_version.split_once('/').unwrap_or(("", &self.api_version));
        json!({
            "uid": "",
            "kind": { "group": group, "version": version, "kind": self.kind },
            "name": self.metadata("name").unwrap_or_default(),
            "namespace": self.namespace().unwrap_or("default"),
            "operation": "CREATE",
            "userInfo": {},
            "object": self.value,
            "dryRun": true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> File {
        File::parse("x.yaml", text.to_owned())
    }

    fn kinds(file: &File) -> Vec<(usize, &str, &str)> {
        file.objects.iter().map(|o| (o.document, o.kind.as_str(), o.name().unwrap_or_default())).collect()
    }

    #[test]
    fn documents_and_lists() {
        let file = parse(
            "kind: Pod\napiVersion: v1\nmetadata: {name: a}\n---\n# empty\n---\napiVersion: v1\nkind: List\nitems:\n\
             - {apiVersion: apps/v1, kind: Deployment, metadata: {name: b}}\n\
             - {apiVersion: v1, kind: PodList, items: [{metadata: {name: c}}]}\n",
        );
        assert!(file.problems.is_empty(), "{:?}", file.problems);
        assert_eq!(kinds(&file), [(1, "Pod", "a"), (2, "Deployment", "b"), (2, "Pod", "c")]);
        assert_eq!(file.source.line_and_column(file.objects[1].node.nearest("metadata.name").place().start), (10, 54));
        assert!(parse("apiVersion: v1\nkind: List\n").objects.is_empty());
        assert!(parse("").objects.is_empty() && parse("").problems.is_empty());
    }

    #[test]
    fn json() {
        let one = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a\/\ud83d\ude00"}}"#;
        assert_eq!(kinds(&parse(one)), [(1, "Pod", "a/😀")]);
        assert_eq!(kinds(&parse(&format!("{one}{one}\n{one}"))).len(), 3);
        assert_eq!(kinds(&parse("\u{feff}{\"apiVersion\": \"v1\",\n\t\"kind\": \"Pod\"}")), [(1, "Pod", "")]);
    }

    #[test]
    fn what_is_no_object_is_told_with_its_place() {
        for text in ["a: 1", "- a", "just text", "kind: Pod", "apiVersion: v1\nkind: 7"] {
            let file = parse(&format!("# comment\n{text}"));
            let problem = &file.problems[0];
            assert_eq!(problem.message, "no Kubernetes object: it has no apiVersion and kind", "{text}");
            assert_eq!(file.source.line_and_column(problem.offset.expect("has a place")).0, 2, "{text}");
        }
    }

    #[test]
    fn an_admission_request_is_not_taken_for_an_object_without_a_pod() {
        let file = parse("apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest: {operation: UPDATE}\n");
        assert!(file.objects.is_empty());
        assert!(file.problems[0].message.contains("hostprocess run"), "{:?}", file.problems);
    }

    #[test]
    fn a_template_is_told_apart_from_a_mistake() {
        let file = parse("apiVersion: v1\nkind: Pod\n---\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n");
        assert!(file.problems[0].message.contains("helm template"), "{:?}", file.problems);
        assert_eq!(file.source.line_and_column(file.problems[0].offset.expect("has a place")).0, 6);
    }
}
