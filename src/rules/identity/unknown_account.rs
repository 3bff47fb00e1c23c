//! `unknown-account`: reads the effective `runAsUserName` of every HostProcess container, container over pod; settings `localGroups`, `privilegedLocalGroups`.

use crate::finding::{Findings, quote};
use crate::rules::identity::privileged_local_group::is_privileged;
use crate::rules::identity::RUN_AS_USER_NAME;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::{Settings, Severity};
use crate::windows::account::{Account, Kind, is_same_name};

/// A name that is neither a service account nor a declared local group.
pub static RULE: Rule = Rule {
    id: "unknown-account",
    group: Group::Identity,
    severity: DefaultSeverity::Varies("warn; deny once `localGroups` lists what there is"),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "a name that is neither a service account nor a declared local group",
    page: page!("unknown_account.md"),
    check,
};

/// Whether the name is that of a local group that the nodes have, as far as the settings say.
pub fn is_declared(account: &Account, settings: &Settings) -> bool {
    account.kind() == Kind::Local && settings.local_groups.iter().any(|group| is_same_name(group, account.name()))
}

fn check(context: &Context, findings: &mut Findings) {
    let settings = context.settings;
    let severity = if settings.local_groups.is_empty() { Severity::Warn } else { Severity::Deny };
    for account in &context.accounts {
        let name = account.value();
        if name.kind() == Kind::Local && !is_declared(&name, settings) && !is_privileged(&name, settings) {
            account.report(
                findings.at(severity),
                RUN_AS_USER_NAME,
                format!("{} works only as a local group of the node, not as a user", quote(name.name())),
                "declare the group in the setting localGroups, or use a service account such as NT AUTHORITY\\Local service",
            );
        }
    }
}
