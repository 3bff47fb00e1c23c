//! A Kubernetes object from a manifest.

use kubernetes_yaml::Located;
use serde_json::{Value, json};

/// One Kubernetes object.
#[derive(Debug)]
pub struct Object {
    /// The number of its document in the file, from 1; empty documents are not counted.
    pub document: usize,
    /// `v1`, `apps/v1`.
    pub api_version: String,
    /// `Pod`, `DaemonSet`.
    pub kind: String,
    /// The object itself, `apiVersion` and `kind` included where the manifest has them.
    pub value: Value,
    /// The place of each field in the file.
    pub node: Located,
}

impl Object {
    fn metadata(&self, key: &str) -> Option<&str> {
        self.value.get("metadata")?.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// `metadata.name`, else `metadata.generateName`.
    pub fn name(&self) -> Option<&str> {
        self.metadata("name").or_else(|| self.metadata("generateName"))
    }

    /// `metadata.namespace`.
    pub fn namespace(&self) -> Option<&str> {
        self.metadata("namespace")
    }

    /// The admission request that would create the object. A manifest without a namespace gets `default`, where
    /// `kubectl apply` puts it unless the kubeconfig says otherwise.
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

    #[test]
    fn an_object_becomes_the_request_that_creates_it() {
        let value = json!({"metadata": {"generateName": "agent-"}});
        let object = Object {
            document: 1,
            api_version: "apps/v1".to_owned(),
            kind: "DaemonSet".to_owned(),
            value: value.clone(),
            node: Located::default(),
        };
        assert_eq!((object.name(), object.namespace()), (Some("agent-"), None));
        let request = object.admission_request();
        assert_eq!(request["kind"], json!({"group": "apps", "version": "v1", "kind": "DaemonSet"}));
        assert_eq!((&request["name"], &request["namespace"]), (&json!(""), &json!("default")));
        assert_eq!(request["object"], value);
    }
}
