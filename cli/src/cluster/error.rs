//! Errors of queries to a cluster.

use std::io;
use std::path::PathBuf;

/// Why a cluster cannot be queried, or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The kubeconfig does not lead to a cluster; the library's message.
    #[error("kubeconfig: {0}")]
    Kubeconfig(String),
    /// A kubeconfig file cannot be read.
    #[error("kubeconfig: {}: {error}", .path.display())]
    KubeconfigFile {
        /// The file.
        path: PathBuf,
        /// The reason.
        error: io::Error,
    },
    /// The client cannot be started.
    #[error(transparent)]
    Runtime(#[from] io::Error),
    /// The cluster did not answer within this many seconds.
    #[error("the cluster did not answer within {0} seconds")]
    Timeout(u64),
    /// The cluster answered with this error.
    #[error("{0}")]
    Refused(String),
    /// The query or the answer is not the expected JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The policy requested an unknown operation.
    #[error("unknown operation: {0}")]
    UnknownOperation(String),
    /// This build does not support clusters.
    #[error(
        "this hostprocess was built without the feature `cluster`, which connects to clusters: install a release, or build it with \
        `cargo install --locked --path cli`"
    )]
    IsNotBuiltIn,
}
