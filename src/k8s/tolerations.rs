//! Tolerations that show that a pod is intended for every node.

use crate::decode::{Read, Reader, Result, Value};

/// Whether one of the `tolerations` tolerates every taint, as in pods intended for every node. Their other values are
/// not read, so that they cannot make a request unreadable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToleratesAll(pub bool);

impl<'t> Read<'t> for ToleratesAll {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        let tolerates_all = |toleration: &Value| {
            toleration.get("operator").as_str() == Some("Exists")
                && toleration.get("key").as_str().is_none_or(|key| key.is_empty())
        };
        self.0 = value.as_array().is_some_and(|tolerations| tolerations.iter().any(tolerates_all));
        Ok(())
    }
}
