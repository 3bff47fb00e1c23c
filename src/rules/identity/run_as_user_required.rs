//! `run-as-user-required`: reads the effective `runAsUserName` of every HostProcess container, container over pod.

use crate::finding::{Findings, quote};
use crate::pod::{ContainerList, ContainerView, Level};
use crate::rules::identity::{RUN_AS_USER_NAME, written};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// A HostProcess container has no effective `runAsUserName`.
pub static RULE: Rule = Rule {
    id: "run-as-user-required",
    group: Group::Identity,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "no effective `runAsUserName`",
    page: page!("run_as_user_required.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    for missing in written(context.pod, nameless) {
        missing.report(
            findings,
            RUN_AS_USER_NAME,
            format!("is not set, so the image decides as whom {} runs on the node", quote(missing.container.name())),
            r"set runAsUserName: NT AUTHORITY\Local service, or NT AUTHORITY\SYSTEM where it must be",
        );
    }
}

/// Where a container without a name should get it: where `hostProcess` is written, since who inherits the one can
/// inherit the other. A debug container must bring its own, because the pod that it joins cannot change.
fn nameless(container: &ContainerView) -> Option<Level<bool>> {
    match (container.run_as_user_name(), container.list) {
        (Some(_), _) => None,
        (None, ContainerList::Ephemeral) => Some(Level::Container(true)),
        (None, _) => container.windows_option(|options| options.host_process),
    }
}
