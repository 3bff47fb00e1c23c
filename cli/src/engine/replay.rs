//! Answers a module's queries from a recorded session.

use std::sync::Arc;

use recorded_cluster::{Request, Session};

use crate::engine::capabilities::Capabilities;

/// Capabilities that answer from a session. Like kwctl, they reject requests for resources unless the policy is
/// `context_aware`.
pub fn capabilities(session: Option<Arc<Session>>, context_aware: bool) -> Capabilities {
    Arc::new(move |namespace, operation, payload| {
        if namespace != "kubernetes" {
            return Err(format!("unknown namespace: {namespace}"));
        }
        let request = Request::of(operation, payload)?;
        if let Some(resource) = request.resource().filter(|_| !context_aware) {
            return Err(format!(
                "Policy has not been granted access to Kubernetes {resource} resources. The violation has been reported."
            ));
        }
        let Some(session) = &session else {
            return Err(
                "no cluster is available: record its answers and pass --replay-host-capabilities-interactions FILE"
                    .to_owned(),
            );
        };
        session.answer(&request).map_err(|error| format!("Callback evaluation failure: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SESSION: &str = r#"
- type: Exchange
  request: |
    !KubernetesListResourceAll
    api_version: v1
    kind: Node
    label_selector: kubernetes.io/os=windows
    field_selector: null
    field_masks: [b, a]
  response:
    type: Success
    payload: '{"items":[]}'
- type: Exchange
  request: |
    !KubernetesGetResource
    api_version: node.k8s.io/v1
    kind: RuntimeClass
    name: x
    namespace: null
    disable_cache: false
  response:
    type: Error
    message: not found
"#;

    fn payload(value: &Value) -> Vec<u8> {
        value.to_string().into_bytes()
    }

    fn nodes() -> Vec<u8> {
        payload(&json!({"api_version": "v1", "kind": "Node", "label_selector": "kubernetes.io/os=windows",
            "field_selector": null, "field_masks": ["a", "b"]}))
    }

    #[test]
    fn recorded_answers_are_replayed() {
        let session = Arc::new(Session::read(SESSION).expect("valid"));
        let ask = capabilities(Some(Arc::clone(&session)), true);
        assert_eq!(ask("kubernetes", "list_resources_all", &nodes()), Ok(b"{\"items\":[]}".to_vec()));
        let class = payload(&json!({"api_version": "node.k8s.io/v1", "kind": "RuntimeClass", "name": "x",
            "disable_cache": false}));
        assert_eq!(ask("kubernetes", "get_resource", &class), Err("Callback evaluation failure: not found".to_owned()));
        assert_eq!(session.left_over(), 0);
    }

    #[test]
    fn resources_are_rejected_unless_the_policy_is_context_aware() {
        let ask = capabilities(Some(Arc::new(Session::read(SESSION).expect("valid"))), false);
        assert_eq!(
            ask("kubernetes", "list_resources_all", &nodes()),
            Err("Policy has not been granted access to Kubernetes v1/Node resources. The violation has been reported."
                .to_owned())
        );
        assert!(ask("oci", "v1/verify", b"{}").is_err() && ask("kubernetes", "watch", b"{}").is_err());
        assert!(capabilities(None, true)("kubernetes", "list_resources_all", &nodes()).is_err());
    }
}
