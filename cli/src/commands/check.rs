//! `hostprocess check`: judges manifests and shows what was found.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::rules::rule::Rule;
use windows_hostprocess_policy::settings::severity::Severity;

use crate::commands::rules;
use crate::engine::Engine;
use crate::engine::capabilities::SharedHost;
use crate::engine::module::Module;
use crate::input::creation::Creation;
use crate::input::files::{STDIN, Search};
use crate::input::settings;
use crate::output::{self, Destination};
use crate::report::Verdict;

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
    /// The policy's settings, in YAML or JSON
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Overrides the profile in the settings
    #[arg(long, value_name = "P")]
    profile: Option<Profile>,
    /// Judge by these rules only
    ///
    /// One that is off becomes a warning. `hostprocess rules` lists the ids.
    #[arg(long, value_name = "ID,...", value_delimiter = ',', value_parser = rules::find)]
    rules: Vec<&'static Rule>,
    /// Leave these rules out, also where --rules names them
    #[arg(long, value_name = "ID,...", value_delimiter = ',', value_parser = rules::find)]
    ignore_rules: Vec<&'static Rule>,
    #[command(flatten)]
    creation: Creation,
    /// Name of standard input in the output
    #[arg(long, value_name = "NAME", default_value = STDIN, hide_default_value = true)]
    stdin_filename: String,
    /// Output format, and the file to write it to instead of standard output; may be repeated
    ///
    /// `-o text -o sarif=hostprocess.sarif` shows the report and writes it for code scanning as well.
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text", value_parser = Destination::parser())]
    output: Vec<Destination>,
    /// What makes the exit code 1
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = FailOn::Deny)]
    fail_on: FailOn,
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

/// The verdict at which the exit code is 1.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FailOn {
    /// An object is denied
    Deny,
    /// An object is denied or has warnings
    Warn,
    /// Nothing; what could not be read still makes it 2
    Never,
}

impl FailOn {
    fn verdict(self) -> Option<Verdict> {
        match self {
            FailOn::Deny => Some(Verdict::Deny),
            FailOn::Warn => Some(Verdict::Warn),
            FailOn::Never => None,
        }
    }
}

/// Checks and prints. The exit code is 0 when nothing is denied, 1 when something is, 2 when something could not be
/// read; `--fail-on` changes what makes it 1.
///
/// # Errors
/// The settings are not valid, the kubeconfig or the module cannot be used, the module failed, or an output cannot be written.
pub fn check(args: &Args) -> Result<u8, String> {
    output::check(&args.output)?;
    let engine = engine(args)?;
    let search = Search {
        paths: &args.paths,
        exclude: &args.exclude,
        is_strict: args.strict_input,
        stdin: &args.stdin_filename,
        helm: args.helm,
        kustomize: args.kustomize,
    };
    let report = engine.check(search.find()?)?;
    output::write(&report, &args.output)?;
    Ok(report.exit_code(args.fail_on.verdict()))
}

fn engine(args: &Args) -> Result<Engine, String> {
    let mut settings = args.settings.as_deref().map_or_else(|| Ok(json!({})), settings::load)?;
    if let Some(profile) = args.profile {
        settings["profile"] = match profile {
            Profile::Default => json!("default"),
            Profile::Strict => json!("strict"),
        };
    }
    select_rules(&mut settings, &args.rules, &args.ignore_rules);
    let mut host: SharedHost = Arc::new(NoCluster);
    if args.cluster {
        enable_node_checks(&mut settings);
        host = current_cluster()?;
    }
    let engine = match &args.wasm {
        Some(path) => Engine::with_module(settings, Module::load(path)?, host),
        None => Engine::with_builtin_rules(settings, host),
    };
    Ok(engine?.assuming(args.creation.clone()))
}

/// Turns off the rules that are not in `only`, unless that is empty, and those in `ignored`. Modules know only settings, so
/// this is one of them.
fn select_rules(settings: &mut Value, only: &[&Rule], ignored: &[&Rule]) {
    if only.is_empty() && ignored.is_empty() {
        return;
    }
    let is_strict = settings["profile"] == "strict";
    let Some(severities) = mapping(settings, "rules") else { return };
    for rule in registry::all() {
        let is_in = |rules: &[&Rule]| rules.iter().any(|listed| listed.id == rule.id);
        // YAML takes an unquoted `off` for a boolean.
        let is_off = match severities.get(rule.id) {
            Some(severity) => severity == "off" || severity == false,
            None => rule.severity == Severity::Off && !is_strict,
        };
        if is_in(ignored) || !only.is_empty() && !is_in(only) {
            severities.insert(rule.id.to_owned(), json!("off"));
        } else if is_in(only) && is_off {
            severities.insert(rule.id.to_owned(), json!("warn"));
        }
    }
}

/// `--cluster` implies `nodes.check`: without it most questions would never be asked.
fn enable_node_checks(settings: &mut Value) {
    if let Some(nodes) = mapping(settings, "nodes") {
        nodes.insert("check".to_owned(), Value::Bool(true));
    }
}

/// The mapping under a key of the settings, which is added where it is missing or empty. `None` for settings that are not
/// valid, which the engine refuses.
fn mapping<'s>(settings: &'s mut Value, key: &str) -> Option<&'s mut Map<String, Value>> {
    let value = settings.as_object_mut()?.entry(key).or_insert(Value::Null);
    if value.is_null() {
        *value = json!({});
    }
    value.as_object_mut()
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
