//! Recorded answers of a cluster, in the format that kwctl writes and replays, for the native code.

use std::path::Path;

use hostprocess::replay::{self, Request};
use windows_hostprocess_policy::cluster::Host;

/// The exchanges that are still to come.
#[derive(Debug)]
pub struct Session(replay::Session);

impl Session {
    pub fn load(path: &Path) -> Session {
        Session(replay::Session::load(path).unwrap_or_else(|error| panic!("{error}")))
    }

    /// How many exchanges nobody asked for.
    pub fn left_over(&self) -> usize {
        self.0.left_over()
    }
}

impl Host for Session {
    fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String> {
        let answer = self.0.answer(&Request::of(operation, request)?);
        // A policy would take it for an answer of the cluster.
        assert!(!matches!(&answer, Err(error) if error.starts_with("Replay error")), "{answer:?}");
        answer
    }
}
