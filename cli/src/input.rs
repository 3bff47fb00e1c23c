//! Reading what the command is given: manifests, settings and admission requests.

pub mod creation;
pub mod document;
pub mod files;
#[cfg_attr(not(feature = "cluster"), path = "input/no_live.rs")]
pub mod live;
pub mod manifest;
pub mod object;
pub mod policy;
pub mod rendered;
pub mod request;
pub mod settings;
pub mod source;
