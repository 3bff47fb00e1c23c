//! Parses text into Kubernetes objects.

use std::fmt::Display;
use std::path::PathBuf;

use kubernetes_yaml::{self as yaml, Children, Located};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::object::{Content, Object};
use crate::request;
use crate::source::{Place, Source};

/// A file of manifests.
#[derive(Debug, Default)]
pub struct File {
    /// Name and text.
    pub source: Source,
    /// Its objects, with lists replaced by their items.
    pub objects: Vec<Object>,
    /// The parts that could not be read.
    pub problems: Vec<Problem>,
    /// Likely mistakes in the parts that could be read: duplicate keys.
    pub warnings: Vec<Problem>,
    /// How many documents were skipped because they are not Kubernetes objects.
    pub skipped: usize,
    /// The Helm chart, if the file is one of its templates. Templates are not read.
    pub chart: Option<PathBuf>,
    /// Whether `hostProcess` that is not judged is a problem.
    pub refuses_unjudged: bool,
    /// Whether another program printed the text, so that it cannot be edited.
    pub is_generated: bool,
}

/// An error in the text itself, as opposed to a finding about an object in it.
#[derive(Debug)]
pub struct Problem {
    /// `None` when the whole file is affected.
    pub place: Option<Place>,
    /// A description of the problem.
    pub message: String,
    /// Whether nothing suggests that the document is a Kubernetes object: repositories have many other YAML and JSON
    /// files.
    pub is_other_document: bool,
}

impl Problem {
    /// A problem with a part of a text.
    pub fn at(place: Place, message: String) -> Problem {
        Problem { place: Some(place), message, is_other_document: false }
    }

    /// `agent.yaml:3:1: what is wrong`, without a place where the whole file is affected.
    pub fn line(&self, file: &str) -> String {
        match &self.place {
            Some(at) => format!("{file}:{}:{}: {}", at.line, at.column, self.message),
            None => format!("{file}: {}", self.message),
        }
    }

    /// Line and column; the start of the file when all of it is affected.
    pub fn line_and_column(&self) -> (usize, usize) {
        self.place.as_ref().map_or((1, 1), |place| (place.line, place.column))
    }
}

impl File {
    /// A file that could not be read.
    pub fn unreadable(name: impl Into<String>, error: &dyn Display) -> File {
        let message = format!("cannot be read: {error}");
        let problem = Problem { place: None, message, is_other_document: false };
        File { problems: vec![problem], ..File::without_text(name) }
    }

    /// A template of a Helm chart, which only Helm can read.
    pub fn template(name: impl Into<String>, chart: PathBuf) -> File {
        File { chart: Some(chart), ..File::without_text(name) }
    }

    /// An object that comes from no file. Its text is only generated when needed: see [`File::written`].
    pub fn from_object(name: impl Into<String>, api_version: &str, kind: &str, value: Value) -> File {
        let (api_version, kind) = (api_version.to_owned(), kind.to_owned());
        let content = Content::Manifest(value);
        let object =
            Object { document: 1, pointer: String::new(), api_version, kind, content, node: Located::default() };
        File { objects: vec![object], is_generated: true, ..File::without_text(name) }
    }

    fn without_text(name: impl Into<String>) -> File {
        File { source: Source::new(name, String::new()), ..File::default() }
    }

    /// Generates the text of an object that comes from no file, in the format of `kubectl get -o json`.
    #[must_use]
    pub fn written(self) -> File {
        match &self.objects[..] {
            [object] if self.is_generated && self.source.text().is_empty() => {
                let text = object.value().map(pretty).unwrap_or_default();
                File { is_generated: true, ..File::parse(&self.source.name, text) }
            }
            _ => self,
        }
    }

    /// Skips the documents that are not Kubernetes objects, and counts them.
    #[must_use]
    pub fn without_other_documents(mut self) -> File {
        let all = self.problems.len();
        self.problems.retain(|problem| !problem.is_other_document);
        self.skipped = all - self.problems.len();
        self
    }

    /// Splits a text into its objects. An unreadable document does not hide the other documents.
    pub fn parse(name: &str, text: String) -> File {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let source = Source::new(name, text);
        let mut objects = Objects { source: &source, objects: Vec::new(), problems: Vec::new(), warnings: Vec::new() };
        for (index, document) in documents(source.text()).into_iter().enumerate() {
            objects.add_document(index + 1, document);
        }
        let Objects { objects, problems, warnings, .. } = objects;
        File { source, objects, problems, warnings, ..File::default() }
    }
}

/// Indented JSON with sorted keys, like kubectl's.
fn pretty(value: &Value) -> String {
    let mut text = Vec::new();
    // Writing a tree of JSON values to memory cannot fail.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"    ")));
    String::from_utf8(text).unwrap_or_default()
}

/// Collects the objects of a text.
struct Objects<'s> {
    source: &'s Source,
    objects: Vec<Object>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

/// An object or a list in a document.
struct Part {
    document: usize,
    /// Its JSON Pointer in the document.
    pointer: String,
    value: Value,
    node: Located,
}

impl Objects<'_> {
    fn add_document(&mut self, number: usize, document: Result<yaml::YamlDocument, yaml::Error>) {
        match document {
            Ok(document) if is_object(&document.value) => {
                for again in &document.repeated_keys {
                    let sentence = duplicate_key(&again.key) + "; the last value counts, as for kubectl";
                    self.warnings.push(self.problem(again.offset, sentence));
                }
                let (value, node) = (document.value, document.node);
                self.add(Part { document: number, pointer: String::new(), value, node }, None);
            }
            Ok(document) => {
                let problem = self.not_an_object(&document.node);
                self.problems.push(Problem { is_other_document: true, ..problem });
            }
            Err(error) => {
                let text = &self.source.text()[error.document.clone()];
                let is_other_document = !text.contains("apiVersion");
                let problem = self.problem(error.offset, describe(text, &error));
                self.problems.push(Problem { is_other_document, ..problem });
            }
        }
    }

    /// Adds an object, or all items of a list. The items of a typed list (`PodList`) may omit apiVersion and kind;
    /// `list` has the defaults.
    fn add(&mut self, part: Part, list: Option<(&str, &str)>) {
        if request::is_review(&part.value) || request::is_request(&part.value) {
            return self.add_request(part);
        }
        let text = |key: &str| text_of(&part.value, key);
        let (Some(api_version), Some(kind)) =
            (text("apiVersion").or(list.map(|list| list.0)), text("kind").or(list.map(|list| list.1)))
        else {
            self.problems.push(self.not_an_object(&part.node));
            return;
        };
        let (api_version, kind) = (api_version.to_owned(), kind.to_owned());
        let Part { document, pointer, value, node } = part;
        match (kind.strip_suffix("List"), value) {
            (Some(kind_of_items), Value::Object(mut members))
                if kind == "List" || members.get("items").is_some_and(Value::is_array) =>
            {
                let item = (!kind_of_items.is_empty()).then_some((api_version.as_str(), kind_of_items));
                let Some(Value::Array(values)) = members.remove("items") else { return };
                let mut nodes = match member(node, "items").children {
                    Children::List(nodes) => nodes,
                    _ => Vec::new(),
                };
                nodes.resize_with(values.len(), Located::default);
                for (index, (value, node)) in values.into_iter().zip(nodes).enumerate() {
                    self.add(Part { document, pointer: format!("{pointer}/items/{index}"), value, node }, item);
                }
            }
            (_, value) => {
                let content = Content::Manifest(value);
                self.objects.push(Object { document, pointer, api_version, kind, content, node });
            }
        }
    }

    /// Adds the object of an AdmissionRequest, which may be in an AdmissionReview.
    fn add_request(&mut self, Part { document, pointer, value: mut request, mut node }: Part) {
        let start = node.place().start;
        if request::is_review(&request) {
            request = request.get_mut("request").map(Value::take).unwrap_or_default();
            node = member(node, "request");
        }
        if !request::is_request(&request) {
            let message = match request {
                Value::Null => request::RequestError::NoRequest.to_string(),
                _ => "the request in the AdmissionReview does not name the kind of its object".to_owned(),
            };
            self.problems.push(self.problem(start, message));
            return;
        }
        let text = |pointer| request.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (group, version, kind) = (text("/kind/group"), text("/kind/version"), text("/kind/kind"));
        let api_version = if group.is_empty() { version } else { format!("{group}/{version}") };
        let node = member(node, "object");
        self.objects.push(Object { document, pointer, api_version, kind, content: Content::Request(request), node });
    }

    fn not_an_object(&self, node: &Located) -> Problem {
        let message = "not a Kubernetes object: it needs an apiVersion and a kind".to_owned();
        self.problem(node.place().start, message)
    }

    /// A problem located at the rest of the line.
    fn problem(&self, offset: usize, message: String) -> Problem {
        Problem::at(self.source.place(offset..self.source.text().len()), message)
    }
}

/// The place of a member, or of the mapping if it lacks the member.
fn member(mut mapping: Located, name: &str) -> Located {
    let Children::Map(members) = std::mem::take(&mut mapping.children) else { return mapping };
    members.into_iter().find(|(key, _)| key == name).map_or(mapping, |(_, member)| member)
}

fn text_of<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Whether a document is marked as a Kubernetes object or an admission request.
fn is_object(value: &Value) -> bool {
    let has_type = text_of(value, "apiVersion").is_some() && text_of(value, "kind").is_some();
    has_type || request::is_review(value) || request::is_request(value)
}

/// Values and their places. Like kubectl, this reads a file that begins like JSON as JSON if YAML reads it differently:
/// YAML lacks some of JSON's escapes, and does not allow consecutive values. Only YAML gives places.
pub fn documents(text: &str) -> Vec<Result<yaml::YamlDocument, yaml::Error>> {
    let documents = yaml::documents(text);
    if text.trim_start().starts_with('{') {
        // Counting values takes no memory, and few files have to be read again.
        let count = json_values::<IgnoredAny>(text).try_fold(0, |count, value| value.map(|_| count + 1));
        if count.is_ok_and(|count| count != documents.len() || documents.iter().any(Result::is_err))
            && let Ok(values) = json_values(text).collect::<Result<Vec<Value>, _>>()
        {
            let without_places = |value| yaml::YamlDocument { value, ..yaml::YamlDocument::default() };
            return values.into_iter().map(|value| Ok(without_places(value))).collect();
        }
    }
    documents
}

fn json_values<'t, T: Deserialize<'t> + 't>(text: &'t str) -> impl Iterator<Item = serde_json::Result<T>> {
    serde_json::Deserializer::from_str(text).into_iter()
}

/// The message about a duplicate key.
pub fn duplicate_key(key: &str) -> String {
    format!("duplicate key {key:?}")
}

/// Describes an error in a document with this text.
fn describe(text: &str, error: &yaml::Error) -> String {
    if text.contains("{{") {
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
    fn documents_and_lists_are_split_into_objects() {
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
    fn json_values_may_follow_each_other() {
        let one = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a\/\ud83d\ude00"}}"#;
        assert_eq!(kinds(&parse(one)), [(1, "Pod", "a/😀")]);
        assert_eq!(kinds(&parse(&format!("{one}{one}\n{one}"))).len(), 3);
        assert_eq!(kinds(&parse("\u{feff}{\"apiVersion\": \"v1\",\n\t\"kind\": \"Pod\"}")), [(1, "Pod", "")]);
    }

    #[test]
    fn a_non_object_is_a_problem_at_its_place() {
        for text in ["a: 1", "- a", "just text", "kind: Pod", "apiVersion: v1\nkind: 7"] {
            let file = parse(&format!("# comment\n{text}"));
            let problem = &file.problems[0];
            assert_eq!(problem.message, "not a Kubernetes object: it needs an apiVersion and a kind", "{text}");
            assert_eq!(problem.line_and_column().0, 2, "{text}");
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
    fn an_admission_request_yields_its_object() {
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
    fn an_admission_review_without_a_request_is_a_problem() {
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
    fn an_unrendered_template_is_recognised() {
        let file = parse("apiVersion: v1\nkind: Pod\n---\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n");
        assert!(file.problems[0].message.contains("helm template"), "{:?}", file.problems);
        assert_eq!(file.problems[0].line_and_column().0, 6);
    }
}
