//! `nt-authority-spelling`: reads the effective `runAsUserName` of every HostProcess container, container over pod.

use crate::finding::{Findings, quote};
use crate::rules::identity::RUN_AS_USER_NAME;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::account::{Account, Kind, Service};

/// A service account in a spelling that does not log on.
pub static RULE: Rule = Rule {
    id: "nt-authority-spelling",
    group: Group::Identity,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "`nt authority\\system`, bare `SYSTEM`, `LocalSystem` ...",
    page: page!("nt_authority_spelling.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    for account in &context.accounts {
        if let Kind::Misspelt(meant) = account.value().kind() {
            account.report(findings, RUN_AS_USER_NAME, message(&account.value()), fix(meant));
        }
    }
}

fn message(account: &Account) -> String {
    let name = quote(account.name());
    match account.domain() {
        None => format!("{name} without a domain is taken for a local group or user"),
        Some("NT AUTHORITY") => format!("{name} is none of the three service accounts"),
        Some(_) => format!("{name} does not log on: the domain must be exactly NT AUTHORITY"),
    }
}

fn fix(meant: Option<Service>) -> String {
    match meant {
        Some(service) => format!("write {}", service.spelling()),
        None => {
            let [system, local, network] =
                [Service::LocalSystem, Service::LocalService, Service::NetworkService].map(Service::spelling);
            format!("write {local}, {network} or {system}")
        }
    }
}
