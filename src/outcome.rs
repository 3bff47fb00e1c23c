//! From findings to the answer.

pub mod finding;
pub mod ratchet;
pub mod response;
pub mod severity;
