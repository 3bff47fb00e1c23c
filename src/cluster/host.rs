//! Who answers the policy's questions about the cluster.

/// Who answers: policy-server, a recorded session, a cluster reached with a kubeconfig.
pub trait Host {
    /// Calls an operation of the host capability `kubernetes`, such as `get_resource`: JSON in, JSON out.
    ///
    /// # Errors
    /// Why there is no answer, for a person.
    fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String>;
}

/// No cluster: manifests are checked where there is none.
#[derive(Clone, Copy, Debug)]
pub struct NoCluster;

impl Host for NoCluster {
    fn call(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, String> {
        Err("the cluster may not be asked".to_owned())
    }
}

/// The host that runs the guest.
#[cfg(target_arch = "wasm32")]
#[derive(Clone, Copy, Debug)]
pub struct PolicyServer;

#[cfg(target_arch = "wasm32")]
impl Host for PolicyServer {
    fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String> {
        wapc_guest::host_call("kubewarden", "kubernetes", operation, request).map_err(|error| {
            let mut text = error.to_string();
            // What waPC and policy-server put before the reason.
            for wrapping in ["Host error: ", "Callback evaluation failure: "] {
                if let Some(reason) = text.strip_prefix(wrapping) {
                    text = reason.to_owned();
                }
            }
            text
        })
    }
}

/// Who answers when nobody says otherwise.
#[cfg(target_arch = "wasm32")]
pub const HOST: &dyn Host = &PolicyServer;
/// Who answers when nobody says otherwise.
#[cfg(not(target_arch = "wasm32"))]
pub const HOST: &dyn Host = &NoCluster;
