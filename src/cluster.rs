//! Queries of the cluster, if the settings enable them: nodes and RuntimeClasses before the rules run, the labels of a
//! namespace and permissions if a grant depends on them. Every query is sent once per request.

pub mod facts;
pub mod host;
pub mod questions;
