//! Why a cluster cannot be asked, or did not answer.

use std::io;
use std::path::PathBuf;

/// Why a cluster cannot be asked, or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The kubeconfig does not lead to a cluster, in the library's own words.
    #[error("kubeconfig: {0}")]
    Kubeconfig(String),
    /// A file of the kubeconfig is refused.
    #[error("kubeconfig: {}: {error}", .path.display())]
    KubeconfigFile {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Nothing can be asked.
    #[error(transparent)]
    Runtime(#[from] io::Error),
    /// The cluster did not answer within so many seconds.
    #[error("the cluster did not answer within {0} seconds")]
    Timeout(u64),
    /// The answer is an error, in the words of the cluster.
    #[error("{0}")]
    Refused(String),
    /// The question or the answer is not the expected JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The policy asks something else.
    #[error("unknown operation: {0}")]
    UnknownOperation(String),
    /// Clusters are not built in.
    #[error(
        "this hostprocess was built without the feature `cluster`, which asks clusters: install a release, or build it with \
        `cargo install --locked --path cli`"
    )]
    IsNotBuiltIn,
}
