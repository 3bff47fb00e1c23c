//! Replaces `kubeconfig` in builds without the feature `cluster`. The error names the build that has it.

use windows_hostprocess_policy::cluster::host::Host;

use crate::cluster::error::ClusterError;

/// A cluster that cannot exist.
#[derive(Debug)]
pub enum KubeconfigCluster {}

impl KubeconfigCluster {
    /// Always fails.
    ///
    /// # Errors
    /// This build does not support clusters.
    pub fn current() -> Result<KubeconfigCluster, ClusterError> {
        Err(ClusterError::IsNotBuiltIn)
    }

    /// Never called.
    pub fn default_namespace(&self) -> &str {
        match *self {}
    }
}

impl Host for KubeconfigCluster {
    fn call(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, String> {
        match *self {}
    }
}
