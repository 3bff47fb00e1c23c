//! `container-account`: reads the effective `runAsUserName` of every HostProcess container, container over pod.

use crate::finding::{Findings, quote};
use crate::rules::identity::RUN_AS_USER_NAME;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::account::Kind;

/// An account that exists inside Windows Server containers only.
pub static RULE: Rule = Rule {
    id: "container-account",
    group: Group::Identity,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "`ContainerAdministrator`/`ContainerUser`, which do not exist on the host",
    page: page!("container_account.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    for account in context.accounts.iter().filter(|account| account.value().kind() == Kind::ContainerOnly) {
        account.report(
            findings,
            RUN_AS_USER_NAME,
            format!("{} exists inside Windows Server containers only, not on the node", quote(account.value().name())),
            r"use a service account: NT AUTHORITY\Local service, or NT AUTHORITY\SYSTEM where it must be",
        );
    }
}
