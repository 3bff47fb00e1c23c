//! Replaces `module` in builds without the feature `module`. The error names the build that has it.

use std::path::Path;

use kubewarden_policy_sdk::response::ValidationResponse;
use serde::Serialize;
use serde_json::Value;

use crate::engine::capabilities::Capabilities;
use crate::engine::error::{CallError, ModuleError, SettingsError};

/// A module that cannot exist.
pub enum Module {}

impl Module {
    /// Always fails.
    ///
    /// # Errors
    /// This build does not support modules.
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
