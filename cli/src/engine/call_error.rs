//! Why a module did not answer.

use std::fmt;

/// Why a call of the module failed.
#[derive(Debug)]
pub enum CallError {
    /// The call took longer than it may, which is two seconds unless `Module::with_max_time` says otherwise.
    Interrupted,
    /// The module trapped, or reported an error instead of an answer.
    Failed(String),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Interrupted => {
                f.write_str("Policy execution interrupted because it exceeded the allowed execution time")
            }
            CallError::Failed(message) => f.write_str(message),
        }
    }
}
