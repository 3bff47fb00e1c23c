//! Waivers: findings that somebody decided to live with, and why. They are the command's own: in admission a workload must not be
//! able to exempt itself. Those in comments are the linter's.

pub mod baseline;
pub mod configured;
pub mod entry;
