//! A live cluster: answers to the rules' queries, and workloads.

pub mod error;
pub mod inventory;
#[cfg_attr(not(feature = "cluster"), path = "cluster/no_kubeconfig.rs")]
pub mod kubeconfig;
#[cfg_attr(not(feature = "cluster"), path = "cluster/no_live.rs")]
pub mod live;
