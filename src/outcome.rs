//! From findings to the answer: the pod as the policy fixes it, and the response.

pub mod mutation;
pub mod response;
