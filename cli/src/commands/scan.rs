//! `hostprocess scan`: judges or lists the workloads of a live cluster.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;

use windows_hostprocess_policy::wording::escaped;

use crate::commands::config::WhichConfiguration;
use crate::commands::judging::{self, Judging};
use crate::engine::kubeconfig::KubeconfigCluster;
use crate::input::creation::Creation;
use crate::input::files::Input;
use crate::input::live;
use crate::inventory::{self, Inventory};
use crate::output::write_stdout;

/// The arguments of `scan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    which: WhichConfiguration,
    #[command(flatten)]
    judging: Judging,
    /// List the HostProcess workloads instead of checking them: accounts, images, host paths, and who owns them
    #[arg(long, value_name = "FORMAT", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    list: Option<inventory::Format>,
}

/// Where to look for workloads.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Place {
    /// The namespace to look in [default: that of the current context]
    #[arg(long, short, value_name = "NS", conflicts_with = "all_namespaces")]
    pub namespace: Option<String>,
    /// Look in all namespaces
    #[arg(long, short = 'A')]
    pub all_namespaces: bool,
}

impl Place {
    /// The workloads there.
    pub fn workloads(&self, cluster: &KubeconfigCluster) -> Vec<Input> {
        let namespace = self.namespace.as_deref().unwrap_or_else(|| cluster.default_namespace());
        let is_terminal = stderr().is_terminal();
        let show = |text: &str| {
            if is_terminal {
                eprint!("\r{text}\x1b[K");
            }
        };
        let inputs = live::workloads(cluster, (!self.all_namespaces).then_some(namespace), |kind, count| {
            show(&format!("listing {kind}: {count}"));
        });
        show("");
        inputs
    }
}

/// Checks or lists, and prints. For the exit code see [`Judging::judge`].
///
/// # Errors
/// The kubeconfig cannot be used, the settings are not valid, or an output cannot be written.
pub fn scan(args: &Args) -> Result<u8, String> {
    args.judging.check_outputs()?;
    let configuration = args.which.configuration(None)?;
    let cluster = Arc::new(KubeconfigCluster::current()?);
    if let Some(format) = args.list {
        let inventory = Inventory::of(args.place.workloads(&cluster));
        write_stdout(&inventory.render(format)?)?;
        inventory.problems.iter().for_each(|problem| eprintln!("error: {}", escaped(problem)));
        return Ok(if inventory.problems.is_empty() { 0 } else { 2 });
    }
    let mut settings = args.judging.settings(&configuration)?;
    judging::enable_node_checks(&mut settings.value);
    let engine = judging::with_builtin_rules(&settings, cluster.clone())?.assuming(Creation::default());
    args.judging.judge(&engine, args.place.workloads(&cluster), &configuration)
}
