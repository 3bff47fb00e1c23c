//! The `hostprocess` command: judges manifests with the rules of windows-hostprocess-policy, and runs the policy's
//! module as policy-server does.
//!
//! The way of a manifest: [`manifest`] reads files into objects whose fields know their place ([`yaml`], [`source`]),
//! [`check`] asks the rules or the module ([`host`]), [`output`] shows the answer. [`run`] evaluates one request, with
//! recorded answers of the cluster ([`replay`]); [`cluster`] is a real one for [`check`]. [`rules`] shows the catalogue.

pub mod check;
#[cfg_attr(not(feature = "cluster"), path = "no_cluster.rs")]
pub mod cluster;
pub mod host;
pub mod manifest;
pub mod output;
pub mod replay;
pub mod rules;
pub mod run;
pub mod source;
