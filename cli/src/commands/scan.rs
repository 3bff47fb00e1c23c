//! `hostprocess scan`: judges or lists the workloads of a live cluster.

use std::sync::Arc;

use hostprocess_linter::report::Run;
use rayon::prelude::*;
use windows_hostprocess_policy::wording::escaped;

use crate::cluster::inventory::{self, Inventory};
use crate::cluster::kubeconfig::KubeconfigCluster;
use crate::commands::check_options::{self, CheckOptions};
use crate::commands::config::WhichConfiguration;
use crate::commands::error::Error;
use crate::commands::namespaces::Namespaces;
use crate::engine::Engine;
use crate::output::to_stdout;

/// The arguments of `scan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    namespaces: Namespaces,
    #[command(flatten)]
    which: WhichConfiguration,
    #[command(flatten)]
    options: CheckOptions,
    /// List the HostProcess workloads instead of checking them: accounts, images, host paths and owners
    #[arg(long, value_name = "FORMAT", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    list: Option<inventory::Format>,
}

/// Checks or lists the workloads and prints the result. See [`CheckOptions::judge`] for the exit code.
///
/// # Errors
/// The kubeconfig cannot be used, the settings are not valid, or an output cannot be written.
pub fn scan(args: &Args) -> Result<u8, Error> {
    let outputs = args.options.outputs()?;
    let configuration = args.which.configuration(None)?;
    args.options.protect_inputs(&outputs, &configuration)?;
    let cluster = Arc::new(KubeconfigCluster::current()?);
    if let Some(format) = args.list {
        let inventory = Inventory::of(args.namespaces.workloads(&cluster));
        to_stdout(|to| inventory.write(format, to))?;
        inventory.problems.iter().for_each(|problem| eprintln!("error: {}", escaped(problem)));
        return Ok(if inventory.problems.is_empty() { 0 } else { 2 });
    }
    let mut settings = args.options.settings(&configuration)?;
    check_options::enable_node_checks(&mut settings.value);
    let tree = settings.tree();
    let engine = Engine::Builtin(Box::new(check_options::linter(&settings, &tree, cluster.clone())?));
    args.options.judge(&engine, args.namespaces.workloads(&cluster).into_par_iter(), &configuration, Run::default())
}
