//! The input of a rule.

use std::cell::OnceCell;

use crate::admission::request::Request;
use crate::admission::workload::Workload;
use crate::cluster::facts::Facts;
use crate::cluster::questions::Cluster;
use crate::k8s::command_lines::{CommandLine, command_lines};
use crate::k8s::effective::{EffectiveSetting, effective_settings};
use crate::k8s::pod::Pod;
use crate::k8s::working_dir::{WorkingDir, working_dirs};
use crate::rules::identity::accounts::LocalGroups;
use crate::settings::Settings;
use crate::windows::account::Account;

/// The data that a rule may read. Values that several rules need are computed once, here.
#[derive(Debug)]
pub struct Context<'c, 'a> {
    /// The admission request, including its requester.
    pub request: &'c Request<'a>,
    /// The object under review.
    pub workload: &'c Workload<'a>,
    /// The object's pod or pod template.
    pub pod: &'c Pod<'a>,
    /// Whether the pod sets `hostProcess: true` at any level.
    pub is_host_process: bool,
    /// The policy's settings.
    pub settings: &'c Settings<'a>,
    /// Answers queries of namespace labels and permissions, which few rules need.
    pub cluster: &'c Cluster<'c>,
    /// The nodes that could run the pod, and its RuntimeClass, if the settings enable these queries.
    pub facts: &'c Facts,
    /// The effective accounts of the HostProcess containers; an inherited account is listed once.
    pub accounts: Vec<EffectiveAccount<'c, 'a>>,
    /// The command lines of the HostProcess containers, including probes and lifecycle hooks.
    pub command_lines: Vec<CommandLine<'c, 'a>>,
    working_dirs: OnceCell<Vec<WorkingDir<'c, 'a>>>,
    local_groups: OnceCell<LocalGroups>,
    is_proven_windows: OnceCell<bool>,
}

/// An effective account, and the level at which it is set.
#[derive(Debug)]
pub struct EffectiveAccount<'c, 'a> {
    /// The setting.
    pub setting: EffectiveSetting<'c, 'a>,
    /// Its value.
    pub value: &'c Account<'a>,
}

fn effective_accounts<'c, 'a>(pod: &'c Pod<'a>) -> Vec<EffectiveAccount<'c, 'a>> {
    let settings = effective_settings(pod, &|container| Some(container.run_as_user_name()?.set_on));
    let account = |setting: EffectiveSetting<'c, 'a>| {
        let value = setting.container.run_as_user_name()?.value;
        Some(EffectiveAccount { setting, value })
    };
    settings.into_iter().filter_map(account).collect()
}

impl<'c, 'a> Context<'c, 'a> {
    /// Builds the context of a workload and computes the shared values. This does not query the cluster.
    pub fn new(
        request: &'c Request<'a>,
        workload: &'c Workload<'a>,
        settings: &'c Settings<'a>,
        cluster: &'c Cluster<'c>,
        facts: &'c Facts,
    ) -> Self {
        let pod = &workload.pod;
        Context {
            request,
            workload,
            pod,
            is_host_process: pod.sets_host_process(),
            settings,
            cluster,
            facts,
            accounts: effective_accounts(pod),
            command_lines: command_lines(pod),
            working_dirs: OnceCell::new(),
            local_groups: OnceCell::new(),
            is_proven_windows: OnceCell::new(),
        }
    }

    /// The working directories of the HostProcess containers that do not mention the image's variable.
    pub fn working_dirs(&self) -> &[WorkingDir<'c, 'a>] {
        self.working_dirs.get_or_init(|| working_dirs(self.pod))
    }

    /// The local groups in the settings.
    pub fn local_groups(&self) -> &LocalGroups {
        self.local_groups.get_or_init(|| LocalGroups::of(self.settings))
    }

    /// Whether the pod can start on Windows nodes only: its fields prove it, or the node that it names is known to run
    /// Windows. Otherwise, fields without a meaning on Windows may have one on Linux.
    pub fn is_proven_windows(&self) -> bool {
        let nodes = self.pod.node_selection();
        *self.is_proven_windows.get_or_init(|| {
            nodes.requires_windows() || nodes.only_node().is_some_and(|name| self.facts.has_windows_node(name))
        })
    }
}
