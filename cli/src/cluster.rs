//! A live cluster: its answers to the rules, and its workloads.

pub mod error;
pub mod inventory;
#[cfg_attr(not(feature = "cluster"), path = "cluster/no_kubeconfig.rs")]
pub mod kubeconfig;
#[cfg_attr(not(feature = "cluster"), path = "cluster/no_live.rs")]
pub mod live;
