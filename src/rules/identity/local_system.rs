//! `local-system`: reads the effective `runAsUserName` of every HostProcess container, container over pod.

use crate::finding::{Findings, quote};
use crate::rules::identity::RUN_AS_USER_NAME;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::account::{Kind, Service};

/// The container runs as LocalSystem.
pub static RULE: Rule = Rule {
    id: "local-system",
    group: Group::Identity,
    severity: DefaultSeverity::Always(Severity::Off),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "LocalSystem where a lesser account may do",
    page: page!("local_system.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    for account in &context.accounts {
        let name = account.value();
        if name.kind() == Kind::Service(Service::LocalSystem) {
            account.report(
                findings,
                RUN_AS_USER_NAME,
                format!("{} owns the node", quote(name.name())),
                r"use NT AUTHORITY\Local service if it may do, or a local group with only the rights that are needed",
            );
        }
    }
}
