//! In place of the cluster in a build without the feature `cluster`.

use std::sync::Arc;

use windows_hostprocess_policy::cluster::host::Host;

use crate::host::{Capabilities, no_capabilities};

/// No cluster: there is no value of it.
#[derive(Debug)]
pub enum Cluster {}

impl Cluster {
    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn current() -> Result<Cluster, String> {
        Err("--cluster: this build of hostprocess is one without the feature `cluster`".to_owned())
    }
}

impl Host for Cluster {
    fn call(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, String> {
        match *self {}
    }
}

/// What a module gets.
pub fn capabilities(_: Arc<Cluster>) -> Capabilities {
    no_capabilities()
}
