//! `privileged-local-group`: reads the effective `runAsUserName` of every HostProcess container, container over pod; setting `privilegedLocalGroups`.

use crate::finding::{Findings, quote};
use crate::rules::identity::RUN_AS_USER_NAME;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::{Settings, Severity};
use crate::windows::account::{Account, Kind, is_same_name};

/// A local group that makes the process an administrator.
pub static RULE: Rule = Rule {
    id: "privileged-local-group",
    group: Group::Identity,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "a local group that makes the process an administrator",
    page: page!("privileged_local_group.md"),
    check,
};

/// Groups of Windows and of common products whose members administer the node or can become who does, and the
/// names that Windows gives the first of them in other languages.
const BUILT_IN: &[&str] = &[
    "Administrators",
    "Hyper-V Administrators",
    "Backup Operators",
    "Power Users",
    "Remote Management Users",
    "Network Configuration Operators",
    "docker-users",
    "Administratoren",
    "Administrateurs",
    "Administradores",
    "Amministratori",
    "Administratorzy",
    "Администраторы",
];

/// Whether the name is that of a privileged local group.
pub fn is_privileged(account: &Account, settings: &Settings) -> bool {
    account.kind() == Kind::Local
        && (BUILT_IN.iter().any(|group| is_same_name(group, account.name()))
            || settings.privileged_local_groups.iter().any(|group| is_same_name(group, account.name())))
}

fn check(context: &Context, findings: &mut Findings) {
    for account in context.accounts.iter().filter(|account| is_privileged(&account.value(), context.settings)) {
        account.report(
            findings,
            RUN_AS_USER_NAME,
            format!("{} is a privileged local group, and the process becomes a member of it", quote(account.value().name())),
            r"use a group with only the rights that are needed, or a service account such as NT AUTHORITY\Local service",
        );
    }
}
