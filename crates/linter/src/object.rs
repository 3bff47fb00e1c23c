//! A Kubernetes object from a manifest or an admission request.

use kubernetes_yaml::Located;
use serde::Deserialize;
use serde_json::Value;
use windows_hostprocess_policy::decode::Value as Tree;

use crate::creation::{Creation, Identity};

/// One Kubernetes object.
#[derive(Debug)]
pub struct Object {
    /// The number of its document in the file, from 1; empty documents are not counted.
    pub document: usize,
    /// Its JSON Pointer in the document: empty, or `/items/0` in a list.
    pub pointer: String,
    /// `v1`, `apps/v1`.
    pub api_version: String,
    /// `Pod`, `DaemonSet`.
    pub kind: String,
    /// Its content in the file.
    pub content: Content,
    /// The place of each field in the file.
    pub node: Located,
}

/// The content of an object in a file.
#[derive(Debug)]
pub enum Content {
    /// The object itself, `apiVersion` and `kind` included where the manifest has them.
    Manifest(Value),
    /// An AdmissionRequest, whose object is absent on DELETE.
    Request(Value),
}

impl Object {
    /// The object; `None` for a DELETE request.
    pub fn value(&self) -> Option<&Value> {
        match &self.content {
            Content::Manifest(object) => Some(object),
            Content::Request(request) => request.get("object"),
        }
    }

    fn metadata(&self, key: &str) -> Option<&str> {
        text(self.value()?.get("metadata")?, key)
    }

    /// Its name, or `(no name)`.
    pub fn name_or_none(&self) -> &str {
        self.name().unwrap_or("(no name)")
    }

    fn request(&self) -> Option<&Value> {
        match &self.content {
            Content::Manifest(_) => None,
            Content::Request(request) => Some(request),
        }
    }

    /// `metadata.name`, otherwise `metadata.generateName`. In a request, the name of the request comes first.
    pub fn name(&self) -> Option<&str> {
        let requested = self.request().and_then(|request| text(request, "name"));
        requested.or_else(|| self.metadata("name")).or_else(|| self.metadata("generateName"))
    }

    /// `metadata.namespace`, or the namespace of the request.
    pub fn namespace(&self) -> Option<&str> {
        match self.request() {
            Some(request) => text(request, "namespace"),
            None => self.metadata("namespace"),
        }
    }

    /// The identity of the object, which updates do not change.
    pub fn identity(&self) -> Identity {
        let owned = |key| self.metadata(key).map(str::to_owned);
        (self.kind.clone(), owned("namespace"), owned("name"))
    }

    /// The admission request as given, or the one that would create or update the object. A manifest without a
    /// namespace gets `default`, like with `kubectl apply`.
    pub fn admission_request<'o>(&'o self, creation: &'o Creation) -> Tree<'o> {
        let object = match &self.content {
            Content::Request(request) => return tree(request),
            Content::Manifest(object) => object,
        };
        let text = |text: &'o str| Tree::from(text);
        let (group, version) = self.api_version.split_once('/').unwrap_or(("", &self.api_version));
        let kind = vec![("group", text(group)), ("version", text(version)), ("kind", text(&self.kind))];
        let namespace = self.namespace().or(creation.namespace.as_deref()).unwrap_or("default");
        let old = creation.before.get(&self.identity());
        let operation = if old.is_some() { "UPDATE" } else { "CREATE" };
        let mut request = vec![
            ("uid", text("")),
            ("kind", Tree::Object(kind.into())),
            ("name", text(self.metadata("name").unwrap_or_default())),
            ("namespace", text(namespace)),
            ("operation", text(operation)),
            ("userInfo", creation.user_info()),
            ("object", tree(object)),
            ("dryRun", Tree::from(true)),
        ];
        request.extend(old.map(|old| ("oldObject", tree(old))));
        request.extend(creation.subresource.as_deref().map(|subresource| ("subResource", text(subresource))));
        Tree::Object(request.into())
    }
}

/// Converts a value for the rules, without copying its strings.
pub fn tree(value: &Value) -> Tree<'_> {
    // Converting between JSON trees cannot fail.
    Tree::deserialize(value).unwrap_or_default()
}

fn text<'v>(mapping: &'v Value, key: &str) -> Option<&'v str> {
    mapping.get(key)?.as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(content: Content) -> Object {
        let (api_version, kind) = ("apps/v1".to_owned(), "DaemonSet".to_owned());
        Object { document: 1, pointer: String::new(), api_version, kind, content, node: Located::default() }
    }

    #[test]
    fn an_object_becomes_the_request_that_creates_it() {
        let value = json!({"metadata": {"generateName": "agent-"}});
        let object = object(Content::Manifest(value.clone()));
        assert_eq!((object.name(), object.namespace()), (Some("agent-"), None));
        let request = Value::from(object.admission_request(&Creation::default()));
        assert_eq!(request["kind"], json!({"group": "apps", "version": "v1", "kind": "DaemonSet"}));
        assert_eq!((&request["name"], &request["namespace"]), (&json!(""), &json!("default")));
        assert_eq!(request["object"], value);
    }

    #[test]
    fn an_object_with_the_same_kind_and_name_becomes_the_request_that_updates_it() {
        let named = |name: &str, labels: &str| {
            object(Content::Manifest(json!({"metadata": {"namespace": "ops", "name": name, "labels": labels}})))
        };
        let old = named("agent", "old");
        let creation = Creation {
            subresource: Some("status".to_owned()),
            before: [(old.identity(), old.value().cloned().unwrap_or_default())].into(),
            ..Creation::default()
        };
        let request = Value::from(named("agent", "new").admission_request(&creation));
        assert_eq!((&request["operation"], &request["subResource"]), (&json!("UPDATE"), &json!("status")));
        assert_eq!(request["oldObject"]["metadata"]["labels"], "old");
        let other = Value::from(named("other", "new").admission_request(&creation));
        assert_eq!((&other["operation"], other.get("oldObject")), (&json!("CREATE"), None));
    }

    #[test]
    fn a_request_is_unchanged() {
        let request = json!({"name": "agent", "namespace": "monitoring", "operation": "DELETE", "object": null,
            "userInfo": {"username": "jane"}});
        let object = object(Content::Request(request.clone()));
        assert_eq!((object.name(), object.namespace()), (Some("agent"), Some("monitoring")));
        let creation = Creation {
            namespace: Some("ops".to_owned()),
            user: Some("joe".to_owned()),
            subresource: Some("status".to_owned()),
            ..Creation::default()
        };
        assert_eq!(Value::from(object.admission_request(&creation)), request);
    }
}
