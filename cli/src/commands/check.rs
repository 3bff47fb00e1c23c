//! `hostprocess check`: checks manifests and prints the findings.

use std::path::PathBuf;
use std::sync::Arc;

use hostprocess_linter::SharedHost;
use hostprocess_linter::report::Run;
use rayon::prelude::*;
use windows_hostprocess_policy::cluster::host::NoCluster;

use crate::cluster::kubeconfig::KubeconfigCluster;
use crate::commands::check_options::{self, CheckOptions};
use crate::commands::config::WhichConfiguration;
use crate::commands::creation::CreationArgs;
use crate::commands::error::Error;
use crate::commands::search_options::SearchOptions;
use crate::commands::watch::watch;
use crate::discover::Input;
use crate::engine::Engine;
use crate::engine::module::Module;

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    search: SearchOptions,
    /// Do not fail when there is no Kubernetes object to check
    #[arg(long)]
    allow_empty: bool,
    #[command(flatten)]
    which: WhichConfiguration,
    #[command(flatten)]
    options: CheckOptions,
    #[command(flatten)]
    creation: CreationArgs,
    /// Evaluate objects with this module instead of the built-in rules, and show its message and warnings for each
    /// object
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "write_baseline"])]
    wasm: Option<PathBuf>,
    /// Query the cluster of the current kubeconfig for the data that rules need; sets nodes.check
    #[arg(long)]
    cluster: bool,
    /// Check again whenever a manifest, the configuration or the settings change, until interrupted
    #[arg(long, conflicts_with = "write_baseline")]
    watch: bool,
}

/// Checks the inputs and prints the report, with `--watch` again after each change. See [`CheckOptions::judge`] for the exit code.
///
/// # Errors
/// See [`check_once`]; with `--watch`, an input is not a file, an output is one, or a path cannot be watched.
pub fn check(args: &Args) -> Result<u8, Error> {
    if !args.watch {
        return check_once(args);
    }
    args.options.refuse_output_files()?;
    let paths = args.search.watchable_paths()?;
    let files = || {
        // The check reports a configuration that is not valid.
        let first_path = args.search.first_path();
        let configuration = args.which.configuration(first_path).unwrap_or_default();
        let files = args.options.input_files(&configuration).into_iter();
        files.chain(args.which.file(first_path)).chain(args.wasm.clone()).collect()
    };
    watch(paths, files, || check_once(args))
}

/// Checks the inputs and prints the report. See [`CheckOptions::judge`] for the exit code.
///
/// # Errors
/// The configuration or the settings are not valid, the kubeconfig or the module cannot be used, the module failed, or
/// an output cannot be written.
fn check_once(args: &Args) -> Result<u8, Error> {
    let outputs = args.options.outputs()?;
    let configuration = args.which.configuration(args.search.first_path())?;
    args.options.protect_inputs(&outputs, &configuration)?;
    let excluded = configuration.excluded()?;
    let mut settings = args.options.settings(&configuration)?;
    let mut host: SharedHost = Arc::new(NoCluster);
    if args.cluster {
        check_options::enable_node_checks(&mut settings.value);
        host = Arc::new(KubeconfigCluster::current()?);
    }
    let tree = settings.tree();
    let creation = args.creation.creation();
    let engine = match &args.wasm {
        Some(path) => Engine::with_module(&settings.value, Module::load(path)?, host, creation)?,
        None => {
            let linter = check_options::linter(&settings, &tree, host)?.assuming(creation);
            Engine::Builtin(Box::new(linter.showing_fixes(args.options.shown_fixes())))
        }
    };
    let (inputs, left_out) = args.search.find(&excluded)?;
    inputs
        .iter()
        .filter_map(Input::path)
        .chain(args.wasm.as_deref())
        .try_for_each(|path| outputs.ensure_not_input(path))?;
    let run = Run { left_out, refuses_empty: !args.allow_empty, ..Run::default() };
    args.options.judge(&engine, inputs.into_par_iter().map(|input| args.search.read(input)), &configuration, run)
}
