//! From findings to the answer.

pub mod finding;
pub mod mutation;
pub mod patch;
pub mod ratchet;
pub mod response;
pub mod severity;
