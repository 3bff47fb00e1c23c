//! The outcome of findings: the mutated pod and the response.

pub mod mutation;
pub mod response;
