//! Judging objects, with the built-in rules or with a module.

pub mod builtin;
pub mod call_error;
pub mod capabilities;
#[cfg_attr(not(feature = "cluster"), path = "engine/no_kubeconfig.rs")]
pub mod kubeconfig;
#[cfg_attr(not(feature = "module"), path = "engine/no_module.rs")]
pub mod module;
pub mod policies;
pub mod replay;

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde_json::Value;
use windows_hostprocess_policy::decode::Value as Tree;
use windows_hostprocess_policy::settings::validation::Invalid;

use crate::edit;
use crate::engine::capabilities::{Capabilities, SharedHost};
use crate::engine::module::Module;
use crate::input::creation::Creation;
use crate::input::files::Input;
use crate::input::manifest::File;
use crate::input::object::Object;
use crate::input::source::Source;
use crate::report::{FileReport, ModuleResponse, ObjectReport, Problem, Report, Verdict};
use crate::waivers::comment::Comments;
use crate::waivers::judged_rules;

/// Judges objects. The settings are the same for all of them.
pub struct Engine {
    settings: Value,
    backend: Backend,
    creation: Creation,
    shows_replacements: bool,
    judged_rules: BTreeSet<&'static str>,
}

enum Backend {
    Builtin(SharedHost),
    Module(Box<Module>, Capabilities),
}

impl Engine {
    /// An engine that uses the rules compiled into this program; `host` answers their questions about the cluster.
    ///
    /// # Errors
    /// The settings are not valid.
    pub fn with_builtin_rules(settings: Value, host: SharedHost) -> Result<Engine, Invalid> {
        windows_hostprocess_policy::check_settings(settings.to_string().as_bytes())?;
        let judged_rules = judged_rules(&settings);
        let (backend, creation) = (Backend::Builtin(host), Creation::default());
        Ok(Engine { settings, backend, creation, shows_replacements: false, judged_rules })
    }

    /// An engine that asks a module; `host` answers its questions about the cluster.
    ///
    /// # Errors
    /// The module finds the settings not valid, or failed.
    pub fn with_module(settings: Value, module: Module, host: SharedHost) -> Result<Engine, String> {
        let invalid = |message| format!("Provided settings are not valid: {message}");
        module.validate_settings(&settings).map_err(invalid)?;
        let backend = Backend::Module(Box::new(module), capabilities::of_host(host));
        let (creation, judged_rules) = (Creation::default(), BTreeSet::new());
        Ok(Engine { settings, backend, creation, shows_replacements: false, judged_rules })
    }

    /// See [`judged_rules`]. None where a module is asked, whose answers do not tell.
    pub fn judged_rules(&self) -> &BTreeSet<&'static str> {
        &self.judged_rules
    }

    /// The same engine, which assumes this about the creation of objects.
    #[must_use]
    pub fn assuming(self, creation: Creation) -> Engine {
        Engine { creation, ..self }
    }

    /// The same engine, which says, if that is wanted, what mends the text of a file.
    #[must_use]
    pub fn showing_replacements(self, shows_replacements: bool) -> Engine {
        Engine { shows_replacements, ..self }
    }

    /// Judges every object of every file, several files at a time. The report has the order of the input, and of each file's
    /// text the lines that it shows.
    ///
    /// # Errors
    /// The module failed. The built-in rules cannot.
    pub fn check(&self, inputs: Vec<Input>) -> Result<Report, String> {
        let files = inputs.into_par_iter().map(|input| self.check_file(input.read()));
        files.collect::<Result<_, String>>().map(|files| Report { files, remarks: Vec::new() })
    }

    /// Judges every object of one file.
    ///
    /// # Errors
    /// As [`Engine::check`].
    pub fn check_file(&self, file: File) -> Result<FileReport, String> {
        let objects = file.objects.iter().map(|object| self.check_object(object, &file.source));
        let mut objects = objects.collect::<Result<Vec<_>, String>>()?;
        edit::offer(&file, &mut objects, self.shows_replacements);
        let problem = |offset: Option<usize>, message| Problem {
            place: offset.map(|offset| file.source.place(offset..file.source.text.len())),
            message,
        };
        let problems: Vec<Problem> =
            file.problems.into_iter().map(|found| problem(found.offset, found.message)).collect();
        let repeated_keys = file.repeated_keys.into_iter().map(|(offset, again)| problem(Some(offset), again));
        let mut warnings: Vec<Problem> = repeated_keys.collect();
        // What could not be read may hold what a comment waives.
        let judged = problems.is_empty().then_some(&self.judged_rules);
        warnings.extend(Comments::of(&file.source).waive(&mut objects, judged));
        let (skipped, chart) = (file.skipped, file.chart);
        Ok(FileReport { name: file.source.name, objects, problems, warnings, skipped, chart })
    }

    /// Judges one object of a file.
    ///
    /// # Errors
    /// As [`Engine::check`].
    pub fn check_object(&self, object: &Object, source: &Source) -> Result<ObjectReport, String> {
        let request = object.admission_request(&self.creation);
        let (verdict, findings, response) = match &self.backend {
            Backend::Builtin(host) => {
                let (verdict, findings) = builtin::check(object, request, &self.settings, source, &**host);
                (verdict, findings, None)
            }
            Backend::Module(module, capabilities) => {
                let (verdict, response) = self.ask(module, &request, capabilities)?;
                (verdict, Vec::new(), Some(response))
            }
        };
        let (line, column) = source.line_and_column(object.node.place().start);
        Ok(ObjectReport {
            file: source.name.clone(),
            document: object.document,
            kind: object.kind.clone(),
            namespace: object.namespace().map(str::to_owned),
            name: object.name().map(str::to_owned),
            verdict,
            findings,
            response,
            line,
            column,
        })
    }

    fn ask(
        &self,
        module: &Module,
        request: &Tree,
        capabilities: &Capabilities,
    ) -> Result<(Verdict, ModuleResponse), String> {
        let response = module.validate(request, &self.settings, capabilities).map_err(|error| error.to_string())?;
        let warnings = response.warnings.unwrap_or_default();
        let verdict = match response.accepted {
            false => Verdict::Deny,
            true if warnings.is_empty() => Verdict::Accept,
            true => Verdict::Warn,
        };
        Ok((verdict, ModuleResponse { message: response.message, warnings }))
    }
}
