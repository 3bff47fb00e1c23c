//! The catalogue: one rule per file, grouped by topic.

pub mod api_server;
pub mod context;
pub mod registry;
pub mod rule;

pub mod access;
pub mod cluster;
pub mod commands;
pub mod identity;
pub mod images;
pub mod isolation;
pub mod lifecycle;
pub mod network;
pub mod placement;
pub mod resources;
pub mod shape;
pub mod volumes;
