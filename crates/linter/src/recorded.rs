//! A cluster that replays recorded answers.

use recorded_cluster::{Request, Session};
use windows_hostprocess_policy::cluster::host::Host;

/// Replays the answers of a session recorded by kwctl, in order.
#[derive(Debug)]
pub struct RecordedCluster(pub Session);

impl Host for RecordedCluster {
    fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String> {
        self.0.answer(&Request::of(operation, request)?)
    }
}
