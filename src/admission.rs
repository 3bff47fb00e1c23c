//! The admission request and the object whose pod is judged.

pub mod change;
pub mod kinds;
pub mod request;
pub mod subresource;
pub mod workload;
