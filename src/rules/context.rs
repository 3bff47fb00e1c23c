//! What a rule may look at.

use crate::admission::request::Request;
use crate::admission::workload::Workload;
use crate::cluster::facts::Facts;
use crate::cluster::questions::Cluster;
use crate::k8s::command_lines::{CommandLine, command_lines};
use crate::k8s::effective::{EffectiveSetting, effective_settings};
use crate::k8s::pod::Pod;
use crate::settings::Settings;
use crate::windows::account::Account;

/// What a rule may look at; what more than one rule wants to know is found once.
#[derive(Debug)]
pub struct Context<'c, 'a> {
    /// Who asks for what.
    pub request: &'c Request<'a>,
    /// The object.
    pub workload: &'c Workload<'a>,
    /// Its pod.
    pub pod: &'c Pod<'a>,
    /// Whether `hostProcess: true` is written anywhere in it.
    pub is_host_process: bool,
    /// What the administrator configured.
    pub settings: &'c Settings<'a>,
    /// Whom a grant may ask.
    pub cluster: &'c Cluster<'c>,
    /// What the cluster said about the pod.
    pub facts: &'c Facts,
    /// The accounts that the HostProcess containers run as.
    pub accounts: Vec<EffectiveSetting<'c, 'a, Account<'a>>>,
    /// What runs in the HostProcess containers.
    pub command_lines: Vec<CommandLine<'c, 'a>>,
}

impl<'c, 'a> Context<'c, 'a> {
    /// The context of a workload.
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
            is_host_process: pod.asks_for_host_process(),
            settings,
            cluster,
            facts,
            accounts: effective_settings(pod, |container| container.run_as_user_name())
                .map(|name| EffectiveSetting {
                    container: name.container,
                    value: Account::parse(name.value),
                    set_on: name.set_on,
                })
                .collect(),
            command_lines: command_lines(pod),
        }
    }
}
