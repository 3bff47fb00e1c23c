//! Waivers: findings that a repository accepts, and why. They are the command's own: in admission a workload must not be
//! able to exempt itself. Those in comments are the linter's.

pub mod baseline;
pub mod configured;
pub mod entry;
