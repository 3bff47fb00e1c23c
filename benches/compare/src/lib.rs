//! Compares three guests: one that does nothing, this policy, and a conventional policy.

pub mod counted;
pub mod dimensions;
pub mod growth;
pub mod report;
pub mod requests;
pub mod shapes;
pub mod timed;
pub mod worst;

use std::path::{Path, PathBuf};

/// A guest to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guest {
    /// Reads nothing and accepts.
    AcceptEverything,
    /// This repository's policy.
    Policy,
    /// The SDK's pod spec extraction and one field check.
    Conventional,
}

impl Guest {
    /// In the order of the report.
    pub const ALL: [Guest; 3] = [Guest::AcceptEverything, Guest::Policy, Guest::Conventional];

    /// The name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Guest::AcceptEverything => "accept everything",
            Guest::Policy => "policy",
            Guest::Conventional => "conventional",
        }
    }

    /// The built module.
    ///
    /// # Errors
    /// The file cannot be read; the message names the make target that builds it.
    pub fn module(self) -> Result<Vec<u8>, String> {
        let (file, target) = match self {
            Guest::AcceptEverything => ("target/bench-guests/accept-everything.wasm", "bench-guests"),
            Guest::Policy => ("policy.wasm", "policy.wasm"),
            Guest::Conventional => ("target/bench-guests/conventional.wasm", "bench-guests"),
        };
        let path = root().join(file);
        std::fs::read(&path).map_err(|error| format!("{}: {error}; run `make {target}`", path.display()))
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
