//! A Kubernetes object from a manifest or an admission request.

use std::borrow::Cow;

use kubernetes_yaml::Located;
use serde_json::{Value, json};

use crate::input::creation::Creation;

/// One Kubernetes object.
#[derive(Debug)]
pub struct Object {
    /// The number of its document in the file, from 1; empty documents are not counted.
    pub document: usize,
    /// `v1`, `apps/v1`.
    pub api_version: String,
    /// `Pod`, `DaemonSet`.
    pub kind: String,
    /// What the file holds of it.
    pub given: Given,
    /// The place of each field in the file.
    pub node: Located,
}

/// What a file holds of an object.
#[derive(Debug)]
pub enum Given {
    /// The object itself, `apiVersion` and `kind` included where the manifest has them.
    Manifest(Value),
    /// An AdmissionRequest, whose object is absent on DELETE.
    Request(Value),
}

impl Object {
    /// The object; `None` for a DELETE request.
    pub fn value(&self) -> Option<&Value> {
        match &self.given {
            Given::Manifest(object) => Some(object),
            Given::Request(request) => request.get("object"),
        }
    }

    fn metadata(&self, key: &str) -> Option<&str> {
        text(self.value()?.get("metadata")?, key)
    }

    /// Its name, or in its place the words `(no name)`.
    pub fn name_or_none(&self) -> &str {
        self.name().unwrap_or("(no name)")
    }

    fn request(&self) -> Option<&Value> {
        match &self.given {
            Given::Manifest(_) => None,
            Given::Request(request) => Some(request),
        }
    }

    /// `metadata.name`, else `metadata.generateName`; of a request its own name first.
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

    /// The admission request as given, or the one that would create the object. A manifest without a namespace gets
    /// `default`, where `kubectl apply` puts it unless told otherwise.
    pub fn admission_request(&self, creation: &Creation) -> Cow<'_, Value> {
        let object = match &self.given {
            Given::Request(request) => return Cow::Borrowed(request),
            Given::Manifest(object) => object,
        };
        let (group, version) = self.api_version.split_once('/').unwrap_or(("", &self.api_version));
        Cow::Owned(json!({
            "uid": "",
            "kind": { "group": group, "version": version, "kind": self.kind },
            "name": self.metadata("name").unwrap_or_default(),
            "namespace": self.namespace().or(creation.namespace.as_deref()).unwrap_or("default"),
            "operation": "CREATE",
            "userInfo": creation.user_info(),
            "object": object,
            "dryRun": true,
        }))
    }
}

fn text<'v>(mapping: &'v Value, key: &str) -> Option<&'v str> {
    mapping.get(key)?.as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(given: Given) -> Object {
        let (api_version, kind) = ("apps/v1".to_owned(), "DaemonSet".to_owned());
        Object { document: 1, api_version, kind, given, node: Located::default() }
    }

    #[test]
    fn an_object_becomes_the_request_that_creates_it() {
        let value = json!({"metadata": {"generateName": "agent-"}});
        let object = object(Given::Manifest(value.clone()));
        assert_eq!((object.name(), object.namespace()), (Some("agent-"), None));
        let request = object.admission_request(&Creation::default());
        assert_eq!(request["kind"], json!({"group": "apps", "version": "v1", "kind": "DaemonSet"}));
        assert_eq!((&request["name"], &request["namespace"]), (&json!(""), &json!("default")));
        assert_eq!(request["object"], value);
    }

    #[test]
    fn a_request_is_left_as_it_is() {
        let request = json!({"name": "agent", "namespace": "monitoring", "operation": "DELETE", "object": null,
            "userInfo": {"username": "jane"}});
        let object = object(Given::Request(request.clone()));
        assert_eq!((object.name(), object.namespace()), (Some("agent"), Some("monitoring")));
        let creation = Creation { namespace: Some("ops".to_owned()), user: Some("joe".to_owned()), groups: Vec::new() };
        assert_eq!(*object.admission_request(&creation), request);
    }
}
