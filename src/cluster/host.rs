//! The hosts that answer queries of the cluster.

/// Answers queries of the cluster: policy-server, a recorded session, or a cluster reached with a kubeconfig.
pub trait Host {
    /// Calls an operation of the host capability `kubernetes`, such as `get_resource`: JSON in, JSON out.
    ///
    /// # Errors
    /// A sentence with the reason why the query was not answered.
    fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String>;
}

/// No cluster, for checking manifests offline.
#[derive(Clone, Copy, Debug)]
pub struct NoCluster;

impl Host for NoCluster {
    fn call(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, String> {
        Err("no cluster is available".to_owned())
    }
}

/// policy-server, which runs the Wasm module.
#[cfg(feature = "guest")]
#[derive(Clone, Copy, Debug)]
pub struct PolicyServer;

#[cfg(feature = "guest")]
impl Host for PolicyServer {
    fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String> {
        wapc_guest::host_call("kubewarden", "kubernetes", operation, request).map_err(|error| {
            let mut text = error.to_string();
            // Prefixes that waPC and policy-server add to the reason.
            for wrapping in ["Host error: ", "Callback evaluation failure: "] {
                if let Some(reason) = text.strip_prefix(wrapping) {
                    text = reason.to_owned();
                }
            }
            text
        })
    }
}

/// The default host.
#[cfg(feature = "guest")]
pub const HOST: &dyn Host = &PolicyServer;
/// The default host.
#[cfg(not(feature = "guest"))]
pub const HOST: &dyn Host = &NoCluster;
