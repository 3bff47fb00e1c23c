//! Arguments that select namespaces of a cluster.

use std::io::{IsTerminal, stderr};

use hostprocess_linter::File;

use crate::cluster::kubeconfig::KubeconfigCluster;
use crate::cluster::live;

/// The namespaces to search for workloads.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Namespaces {
    /// The namespace to search [default: the one of the current context]
    #[arg(long, short, value_name = "NS", conflicts_with = "all_namespaces")]
    pub namespace: Option<String>,
    /// Search all namespaces
    #[arg(long, short = 'A')]
    pub all_namespaces: bool,
}

impl Namespaces {
    /// The workloads in these namespaces.
    pub fn workloads(&self, cluster: &KubeconfigCluster) -> Vec<File> {
        let namespace = self.namespace.as_deref().unwrap_or_else(|| cluster.default_namespace());
        let is_terminal = stderr().is_terminal();
        let show = |text: &str| {
            if is_terminal {
                eprint!("\r{text}\x1b[K");
            }
        };
        let files = live::workloads(cluster, (!self.all_namespaces).then_some(namespace), |kind, count| {
            show(&format!("listing {kind}: {count}"));
        });
        show("");
        files
    }
}
