//! `run-as-user-required`: reads the effective `runAsUserName` of every HostProcess container, container over pod.

use crate::finding::Findings;
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
    // A name is missing where `hostProcess` is written: who inherits the one can inherit the other.
    let nameless = written(context.pod, |container| match container.run_as_user_name() {
        None => container.windows_option(|options| options.host_process),
        Some(_) => None,
    });
    for missing in nameless {
        missing.report(
            findings,
            RUN_AS_USER_NAME,
            "is not set, so the image decides as whom this runs on the node",
            r"set runAsUserName: NT AUTHORITY\Local service, or NT AUTHORITY\SYSTEM where it must be",
        );
    }
}
