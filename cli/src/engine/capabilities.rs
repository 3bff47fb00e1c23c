//! The host capabilities that a module may call.

use std::sync::Arc;

use hostprocess_linter::SharedHost;

/// Answers a module's call of `namespace`, `operation` and `payload`.
pub type Capabilities = Arc<dyn Fn(&str, &str, &[u8]) -> Result<Vec<u8>, String> + Send + Sync>;

/// Answers every call with an error.
pub fn none() -> Capabilities {
    Arc::new(|namespace, operation, _| Err(format!("{namespace}/{operation} is not available here")))
}

/// Forwards calls in the namespace `kubernetes` to a host, and answers all other calls with an error.
pub fn from_host(host: SharedHost) -> Capabilities {
    Arc::new(move |namespace, operation, payload| match namespace {
        "kubernetes" => host.call(operation, payload),
        _ => Err(format!("unknown namespace: {namespace}")),
    })
}
