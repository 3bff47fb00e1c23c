//! Waivers: findings that a repository accepts, with a reason. Only the command has them, because in admission a
//! workload must not be able to exempt itself. Waivers in comments are part of the linter.

pub mod baseline;
pub mod configured;
pub mod entry;
