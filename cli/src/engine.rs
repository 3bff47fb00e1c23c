//! Judges objects with the built-in rules or with a module.

pub mod capabilities;
pub mod error;
#[cfg_attr(not(feature = "module"), path = "engine/no_module.rs")]
pub mod module;
pub mod replay;

use std::collections::BTreeSet;

use hostprocess_linter::embedded::unjudged;
use hostprocess_linter::linter::{Linter, SharedHost, report};
use hostprocess_linter::object::Object;
use hostprocess_linter::report::{FileReport, ModuleResponse, ObjectReport, Report, Verdict};
use hostprocess_linter::source::Source;
use hostprocess_linter::{Creation, File};
use rayon::prelude::*;
use serde_json::Value;

use crate::engine::capabilities::Capabilities;
use crate::engine::error::{CallError, SettingsError};
use crate::engine::module::Module;

/// Judges objects. The settings are the same for all of them.
#[derive(Debug)]
pub enum Engine<'s> {
    /// Uses the built-in rules.
    Builtin(Box<Linter<'s>>),
    /// Uses a module.
    Module(Box<ModuleEngine<'s>>),
}

/// A module with its settings and capabilities.
pub struct ModuleEngine<'s> {
    module: Module,
    settings: &'s Value,
    creation: Creation,
    capabilities: Capabilities,
}

impl std::fmt::Debug for ModuleEngine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModuleEngine").field("settings", self.settings).finish_non_exhaustive()
    }
}

impl<'s> Engine<'s> {
    /// An engine that uses a module; `host` answers its queries about the cluster.
    ///
    /// # Errors
    /// The module does not accept the settings, or failed.
    pub fn with_module(
        settings: &'s Value,
        module: Module,
        host: SharedHost,
        creation: Creation,
    ) -> Result<Engine<'s>, SettingsError> {
        module.validate_settings(settings)?;
        let capabilities = capabilities::from_host(host);
        Ok(Engine::Module(Box::new(ModuleEngine { module, settings, creation, capabilities })))
    }

    /// See [`Linter::judged_rules`]. Empty for a module, whose answers do not name its rules.
    pub fn judged_rules(&self) -> &BTreeSet<&'static str> {
        const NONE: &BTreeSet<&str> = &BTreeSet::new();
        match self {
            Engine::Builtin(linter) => linter.judged_rules(),
            Engine::Module(_) => NONE,
        }
    }

    /// Judges every object of every file, several files in parallel. The report keeps the order of the input.
    ///
    /// # Errors
    /// The module failed. The built-in rules cannot fail.
    pub fn check(&self, files: impl ParallelIterator<Item = File>) -> Result<Report, CallError> {
        let files = files.map(|file| self.check_file(file));
        files.collect::<Result<_, CallError>>().map(|files| Report { files, ..Report::default() })
    }

    /// Judges every object of one file.
    ///
    /// # Errors
    /// See [`Engine::check`].
    pub fn check_file(&self, file: File) -> Result<FileReport, CallError> {
        match self {
            Engine::Builtin(linter) => Ok(linter.check(file)),
            Engine::Module(module) => {
                let objects = file.objects.iter().map(|object| module.check(object, &file.source));
                let objects = objects.collect::<Result<_, CallError>>()?;
                Ok(report(file, objects, Some(self.judged_rules())))
            }
        }
    }
}

impl ModuleEngine<'_> {
    fn check(&self, object: &Object, source: &Source) -> Result<ObjectReport, CallError> {
        let request = object.admission_request(&self.creation);
        let response = self.module.validate(&request, self.settings, &self.capabilities)?;
        let warnings = response.warnings.unwrap_or_default();
        let verdict = match response.accepted {
            false => Verdict::Deny,
            true if warnings.is_empty() => Verdict::Accept,
            true => Verdict::Warn,
        };
        let response = Some(ModuleResponse { message: response.message, warnings });
        let not_judged = unjudged(object, source, false);
        Ok(ObjectReport { verdict, response, not_judged, ..ObjectReport::new(object, source) })
    }
}
