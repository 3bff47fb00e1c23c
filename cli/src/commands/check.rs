//! `hostprocess check`: judges manifests and shows what was found.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;

use crate::engine::Engine;
use crate::engine::capabilities::SharedHost;
use crate::engine::module::Module;
use crate::input::{files, settings};
use crate::output::{self, Format};

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders (their .yaml, .yml and .json files, at any depth, less what .gitignore excludes), or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Leave out what this glob matches in folders, as in .gitignore and relative to the current folder; may be repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// In folders, too, a document that is not a Kubernetes object is an error, and so is an unrendered Helm template
    #[arg(long)]
    strict_input: bool,
    /// The policy's settings, in YAML or JSON
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Overrides the profile in the settings
    #[arg(long, value_name = "P")]
    profile: Option<Profile>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    output: Format,
    /// Ask this module instead of the built-in rules, and show its message and warnings for each object
    #[arg(long, value_name = "FILE")]
    wasm: Option<PathBuf>,
    /// Ask the cluster of the current kubeconfig for what the rules need to know; sets nodes.check
    #[arg(long)]
    cluster: bool,
}

/// The severity of rules that the settings do not mention.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Profile {
    /// Each rule's own default
    Default,
    /// Warnings become denials, and rules that are off become warnings
    Strict,
}

/// Checks and prints. The exit code is 0 when nothing is denied, 1 when something is, 2 when something could not be
/// read.
///
/// # Errors
/// The settings are not valid, the kubeconfig or the module cannot be used, or the module failed.
pub fn check(args: &Args) -> Result<u8, String> {
    let engine = engine(args)?;
    let report = engine.check(files::find(&args.paths, &args.exclude, args.strict_input)?)?;
    output::print(&report, args.output)?;
    Ok(report.exit_code())
}

fn engine(args: &Args) -> Result<Engine, String> {
    let mut settings = args.settings.as_deref().map_or_else(|| Ok(json!({})), settings::load)?;
    if let Some(profile) = args.profile {
        settings["profile"] = match profile {
            Profile::Default => json!("default"),
            Profile::Strict => json!("strict"),
        };
    }
    let mut host: SharedHost = Arc::new(NoCluster);
    if args.cluster {
        enable_node_checks(&mut settings);
        host = current_cluster()?;
    }
    match &args.wasm {
        Some(path) => Engine::with_module(settings, Module::load(path)?, host),
        None => Engine::with_builtin_rules(settings, host),
    }
}

/// `--cluster` implies `nodes.check`: without it most questions would never be asked.
fn enable_node_checks(settings: &mut Value) {
    let nodes = settings.as_object_mut().map(|settings| settings.entry("nodes").or_insert_with(|| json!({})));
    if let Some(nodes) = nodes.and_then(Value::as_object_mut) {
        nodes.insert("check".to_owned(), Value::Bool(true));
    }
}

#[cfg(feature = "cluster")]
fn current_cluster() -> Result<SharedHost, String> {
    let cluster = crate::engine::kubeconfig::KubeconfigCluster::current()?;
    Ok(Arc::new(cluster))
}

#[cfg(not(feature = "cluster"))]
fn current_cluster() -> Result<SharedHost, String> {
    Err("--cluster: this hostprocess was built without the feature `cluster`".to_owned())
}
