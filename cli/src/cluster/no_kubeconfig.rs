//! Stands in for `kubeconfig` in a build without the feature `cluster`: there is no cluster, and asking for one says how to get it.

use windows_hostprocess_policy::cluster::host::Host;

use crate::cluster::error::ClusterError;

/// A cluster, of which there are none.
#[derive(Debug)]
pub enum KubeconfigCluster {}

impl KubeconfigCluster {
    /// Refuses every cluster.
    ///
    /// # Errors
    /// Always.
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
