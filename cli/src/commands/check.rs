//! `hostprocess check`: judges manifests and shows what was found.

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
use crate::discover::{Input, STDIN, Search};
use crate::engine::Engine;
use crate::engine::module::Module;

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders (their .yaml, .yml and .json files, at any depth, less what .gitignore excludes), or `-` for standard input
    ///
    /// An AdmissionReview or AdmissionRequest is judged as the request that it is, with its own namespace, user, operation and
    /// old object.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Leave out what this glob matches in folders, as in .gitignore and relative to the current folder; may be repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// In folders, too, a document that is not a Kubernetes object is an error, and so is an unrendered Helm template
    #[arg(long)]
    strict_input: bool,
    /// Accept that there is no Kubernetes object to check, which is an error otherwise
    #[arg(long)]
    allow_empty: bool,
    /// Judge what `helm template` prints for the charts in folders, under the names of their folders
    ///
    /// Lines are those of the rendered text. Charts inside charts and library charts are rendered with the others.
    #[arg(long)]
    helm: bool,
    /// Judge what `kubectl kustomize` prints for the kustomizations in folders, in place of the files that they name
    ///
    /// Lines are those of the rendered text. Without kubectl, `kustomize build` is run. Bases are judged as well, components
    /// only in the kustomizations that use them. kustomize fetches remote resources itself.
    #[arg(long)]
    kustomize: bool,
    #[command(flatten)]
    which: WhichConfiguration,
    #[command(flatten)]
    options: CheckOptions,
    #[command(flatten)]
    creation: CreationArgs,
    /// Name of standard input in the output
    #[arg(long, value_name = "NAME", default_value = STDIN, hide_default_value = true)]
    stdin_filename: String,
    /// Ask this module instead of the built-in rules, and show its message and warnings for each object
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "write_baseline"])]
    wasm: Option<PathBuf>,
    /// Ask the cluster of the current kubeconfig for what the rules need to know; sets nodes.check
    #[arg(long)]
    cluster: bool,
}

/// Checks and prints. For the exit code see [`CheckOptions::judge`].
///
/// # Errors
/// The configuration or the settings are not valid, the kubeconfig or the module cannot be used, the module failed, or an output
/// cannot be written.
pub fn check(args: &Args) -> Result<u8, String> {
    let outputs = args.options.outputs()?;
    let configuration = args.which.configuration(args.paths.first().map(PathBuf::as_path))?;
    args.options.spare_inputs(&outputs, &configuration)?;
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
            Engine::Builtin(Box::new(linter.showing_replacements(args.options.shows_replacements())))
        }
    };
    let search = Search {
        paths: &args.paths,
        exclude: &args.exclude,
        excluded: Some(&excluded),
        is_strict: args.strict_input,
        stdin: &args.stdin_filename,
        helm: args.helm,
        kustomize: args.kustomize,
    };
    let (inputs, left_out) = search.find_and_count()?;
    inputs.iter().filter_map(Input::path).chain(args.wasm.as_deref()).try_for_each(|path| outputs.spare(path))?;
    let run = Run { left_out, refuses_empty: !args.allow_empty, ..Run::default() };
    args.options.judge(&engine, inputs.into_par_iter().map(Input::read), &configuration, run)
}
