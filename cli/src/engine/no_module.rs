//! Stands in for `module` in a build without the feature `module`: there is no module, and asking for one says how to get it.

use std::path::Path;

use kubewarden_policy_sdk::response::ValidationResponse;
use serde::Serialize;
use serde_json::Value;

use crate::engine::capabilities::Capabilities;
use crate::engine::error::{CallError, ModuleError, SettingsError};

/// A compiled module, of which there are none.
pub enum Module {}

impl Module {
    /// Refuses every module.
    ///
    /// # Errors
    /// Always.
    pub fn load(_: &Path) -> Result<Module, ModuleError> {
        Err(ModuleError::IsNotBuiltIn)
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn validate(&self, _: &impl Serialize, _: &Value, _: &Capabilities) -> Result<ValidationResponse, CallError> {
        match *self {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    pub fn validate_settings(&self, _: &Value) -> Result<(), SettingsError> {
        match *self {}
    }
}
