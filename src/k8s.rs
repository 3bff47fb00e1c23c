//! Kubernetes domain types: the part of a pod that rules read, effective values, label requirements, quantities,
//! versions.

pub mod command_lines;
pub mod effective;
pub mod misplaced;
pub mod node_selection;
pub mod pod;
pub mod pod_spec;
pub mod quantity;
pub mod requirement;
pub mod tolerations;
pub mod version;
pub mod volumes;
pub mod working_dir;
