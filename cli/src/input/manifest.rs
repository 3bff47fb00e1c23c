//! From the text of a file to Kubernetes objects.

use std::io;
use std::path::PathBuf;

use kubernetes_yaml::{self as yaml, Children, Located};
use serde_json::Value;

use crate::input::object::{Given, Object};
use crate::input::request;
use crate::input::source::Source;

/// A file of manifests.
#[derive(Debug)]
pub struct File {
    /// Name and text.
    pub source: Source,
    /// Its objects, with lists replaced by their items.
    pub objects: Vec<Object>,
    /// The parts that could not be read.
    pub problems: Vec<Problem>,
    /// The places where a key is written again, with a sentence about it.
    pub repeated_keys: Vec<(usize, String)>,
    /// How many documents were skipped because they are not Kubernetes objects.
    pub skipped: usize,
    /// The Helm chart that the file is a template of. It was not read then.
    pub chart: Option<PathBuf>,
    /// Another program printed the text: nobody can edit it.
    pub is_generated: bool,
}

/// Why a file or a part of it could not be read.
#[derive(Debug)]
pub struct Problem {
    /// Offset in bytes; `None` when the whole file is affected.
    pub offset: Option<usize>,
    /// What is wrong there.
    pub message: String,
    /// Nothing says that the document should be a Kubernetes object: a repository has many other YAML and JSON files.
    pub is_other_document: bool,
}

impl Problem {
    fn at(offset: usize, message: String) -> Problem {
        Problem { offset: Some(offset), message, is_other_document: false }
    }
}

impl File {
    fn new(source: Source) -> File {
        File {
            source,
            objects: Vec::new(),
            problems: Vec::new(),
            repeated_keys: Vec::new(),
            skipped: 0,
            chart: None,
            is_generated: false,
        }
    }

    /// A file that could not be read.
    pub fn unreadable(name: String, error: &io::Error) -> File {
        let message = format!("cannot be read: {error}");
        let problem = Problem { offset: None, message, is_other_document: false };
        File { problems: vec![problem], ..File::new(Source::new(name, String::new())) }
    }

    /// A template of a Helm chart, which only Helm can read.
    pub fn template(name: String, chart: PathBuf) -> File {
        File { chart: Some(chart), ..File::new(Source::new(name, String::new())) }
    }

    /// A line about a problem of this file: `agent.yaml:3:1: what is wrong`, without a place where all of it is affected.
    pub fn problem_line(&self, problem: &Problem) -> String {
        match problem.offset {
            Some(offset) => self.source.error_at(offset, &problem.message),
            None => format!("{}: {}", self.source.name, problem.message),
        }
    }

    /// Skips the documents that are not Kubernetes objects, and counts them.
    pub fn without_other_documents(mut self) -> File {
        let all = self.problems.len();
        self.problems.retain(|problem| !problem.is_other_document);
        self.skipped = all - self.problems.len();
        self
    }

    /// Splits a text into its objects. A document that cannot be read does not hide the others.
    pub fn parse(name: &str, text: String) -> File {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let mut file = File::new(Source::new(name, String::new()));
        for (index, document) in documents(&text).into_iter().enumerate() {
            match document {
                Ok(document) if is_object(&document.value) => {
                    let sentence = |key: &str| already_there(key) + ", and the last value counts, as for kubectl";
                    let again = document.repeated_keys.iter().map(|again| (again.offset, sentence(&again.key)));
                    file.repeated_keys.extend(again);
                    file.add(index + 1, document.value, document.node, None);
                }
                Ok(document) => {
                    file.problems.push(Problem { is_other_document: true, ..not_an_object(&document.node) });
                }
                Err(error) => {
                    let is_other_document = !yaml::document_at(&text, error.offset).contains("apiVersion");
                    let problem = Problem::at(error.offset, describe(&text, error));
                    file.problems.push(Problem { is_other_document, ..problem });
                }
            }
        }
        file.source = Source::new(name, text);
        file
    }

    /// Adds an object, or all items of a list. The items of a typed list (`PodList`) may omit apiVersion and kind, which
    /// `list` then gives.
    fn add(&mut self, document: usize, value: Value, node: Located, list: Option<(&str, &str)>) {
        if request::is_review(&value) || request::is_request(&value) {
            return self.add_request(document, value, node);
        }
        let text = |key: &str| text_of(&value, key);
        let (Some(api_version), Some(kind)) =
            (text("apiVersion").or(list.map(|list| list.0)), text("kind").or(list.map(|list| list.1)))
        else {
            self.problems.push(not_an_object(&node));
            return;
        };
        let (api_version, kind) = (api_version.to_owned(), kind.to_owned());
        match (kind.strip_suffix("List"), value) {
            (Some(kind_of_items), Value::Object(mut members))
                if kind == "List" || members.get("items").is_some_and(Value::is_array) =>
            {
                let item = (!kind_of_items.is_empty()).then_some((api_version.as_str(), kind_of_items));
                let values = members.remove("items").and_then(|items| items.as_array().cloned()).unwrap_or_default();
                let mut nodes = match member(node, "items").children {
                    Children::List(nodes) => nodes,
                    _ => Vec::new(),
                };
                nodes.resize_with(values.len(), Located::default);
                for (value, node) in values.into_iter().zip(nodes) {
                    self.add(document, value, node, item);
                }
            }
            (_, value) => {
                self.objects.push(Object { document, api_version, kind, given: Given::Manifest(value), node })
            }
        }
    }

    /// Adds the object of an AdmissionRequest, or of the one in an AdmissionReview.
    fn add_request(&mut self, document: usize, mut request: Value, mut node: Located) {
        let start = node.place().start;
        if request::is_review(&request) {
            request = request.get_mut("request").map(Value::take).unwrap_or_default();
            node = member(node, "request");
        }
        if !request::is_request(&request) {
            let message = match request {
                Value::Null => request::REVIEW_WITHOUT_REQUEST.to_owned(),
                _ => "the request in the AdmissionReview does not name the kind of its object".to_owned(),
            };
            self.problems.push(Problem::at(start, message));
            return;
        }
        let text = |pointer| request.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (group, version, kind) = (text("/kind/group"), text("/kind/version"), text("/kind/kind"));
        let api_version = if group.is_empty() { version } else { format!("{group}/{version}") };
        let node = member(node, "object");
        self.objects.push(Object { document, api_version, kind, given: Given::Request(request), node });
    }
}

/// The place of a member, or that of the mapping when it lacks the member.
fn member(mut mapping: Located, name: &str) -> Located {
    let Children::Map(members) = std::mem::take(&mut mapping.children) else { return mapping };
    members.into_iter().find(|(key, _)| key == name).map_or(mapping, |(_, member)| member)
}

fn text_of<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Whether a document says that it is a Kubernetes object, or an admission request.
fn is_object(value: &Value) -> bool {
    let has_type = text_of(value, "apiVersion").is_some() && text_of(value, "kind").is_some();
    has_type || request::is_review(value) || request::is_request(value)
}

fn not_an_object(node: &Located) -> Problem {
    Problem::at(node.place().start, "not a Kubernetes object: it needs an apiVersion and a kind".to_owned())
}

/// Values and their places. A file that begins like JSON is read as JSON where YAML reads it differently, as kubectl
/// does: YAML lacks some of JSON's escapes, and does not allow one value after another. Only YAML gives places.
pub fn documents(text: &str) -> Vec<Result<yaml::YamlDocument, yaml::Error>> {
    let documents = yaml::documents(text);
    if text.trim_start().starts_with('{') {
        let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
        if let Ok(values) = values
            && (values.len() != documents.len() || documents.iter().any(Result::is_err))
        {
            let without_places = |value| yaml::YamlDocument { value, ..yaml::YamlDocument::default() };
            return values.into_iter().map(|value| Ok(without_places(value))).collect();
        }
    }
    documents
}

/// What is wrong with a key that is written again.
pub fn already_there(key: &str) -> String {
    format!("the key {key:?} is already there")
}

fn describe(text: &str, error: yaml::Error) -> String {
    if yaml::document_at(text, error.offset).contains("{{") {
        return format!(
            "not valid YAML: {}; it looks like a template: render it first, as in `helm template . | hostprocess check -`",
            error.message
        );
    }
    format!("not valid YAML: {}", error.message)
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
    fn what_is_not_an_object_is_a_problem_at_its_place() {
        for text in ["a: 1", "- a", "just text", "kind: Pod", "apiVersion: v1\nkind: 7"] {
            let file = parse(&format!("# comment\n{text}"));
            let problem = &file.problems[0];
            assert_eq!(problem.message, "not a Kubernetes object: it needs an apiVersion and a kind", "{text}");
            assert_eq!(file.source.line_and_column(problem.offset.expect("has a place")).0, 2, "{text}");
        }
    }

    #[test]
    fn other_documents_are_skipped_but_not_broken_objects() {
        let others = "replicas: 1\n---\nkind: DaemonSet\n---\n- a\n---\nnav: !!python/name:x [\n---\n";
        let broken = "apiVersion: v1\nkind: Pod\nspec: [\n---\napiVersion: v1\nkind: List\nitems: [{kind: Pod}]\n";
        let file = parse(&format!("{others}{broken}")).without_other_documents();
        assert_eq!((file.skipped, file.problems.len()), (4, 2), "{:?}", file.problems);
    }

    #[test]
    fn an_admission_request_gives_its_object() {
        let request = r#"{
 "kind": {"group": "apps", "version": "v1", "kind": "Deployment"}, "name": "a", "operation": "CREATE",
 "object": {"spec":
  {"paused": true}}}"#;
        let review = format!(
            "{{\"apiVersion\": \"admission.k8s.io/v1\", \"kind\": \"AdmissionReview\",\n\"request\": {request}}}"
        );
        for (text, line) in [(request, 4), (review.as_str(), 5)] {
            let file = parse(text);
            assert_eq!(kinds(&file), [(1, "Deployment", "a")], "{:?}", file.problems);
            let object = &file.objects[0];
            assert_eq!(object.api_version, "apps/v1");
            assert_eq!(file.source.line_and_column(object.node.nearest("spec.paused").place().start).0, line);
        }
    }

    #[test]
    fn an_admission_review_without_a_request_is_not_accepted_as_an_object_without_a_pod() {
        for (request, message) in [
            ("response: {}", "the AdmissionReview has no request"),
            ("request: {operation: UPDATE}", "the request in the AdmissionReview does not name the kind of its object"),
        ] {
            let file = parse(&format!("apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\n{request}\n"));
            assert!(file.objects.is_empty());
            assert_eq!(file.problems[0].message, message);
        }
    }

    #[test]
    fn a_template_is_recognised() {
        let file = parse("apiVersion: v1\nkind: Pod\n---\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n");
        assert!(file.problems[0].message.contains("helm template"), "{:?}", file.problems);
        assert_eq!(file.source.line_and_column(file.problems[0].offset.expect("has a place")).0, 6);
    }
}
