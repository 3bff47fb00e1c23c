//! Questions to the cluster, only when the settings tell it to: nodes and RuntimeClasses before the rules run, the
//! labels of a namespace and permissions where a grant depends on them. Every question is asked once per request.

pub mod facts;
pub mod host;
pub mod questions;
