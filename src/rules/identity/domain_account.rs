//! `domain-account`: reads the effective `runAsUserName` of every HostProcess container, container over pod.

use crate::finding::{Findings, quote};
use crate::rules::identity::RUN_AS_USER_NAME;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::account::Kind;

/// An account of a domain, for which no password can be passed.
pub static RULE: Rule = Rule {
    id: "domain-account",
    group: Group::Identity,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "`DOMAIN\\user`: no password can be passed",
    page: page!("domain_account.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    for account in context.accounts.iter().filter(|account| account.value().kind() == Kind::Domain) {
        let name = account.value();
        let fix = match name.domain() {
            Some(domain) if domain.eq_ignore_ascii_case("BUILTIN") => {
                r"write a local group without BUILTIN\, or use a service account such as NT AUTHORITY\Local service"
            }
            _ => r"use a service account such as NT AUTHORITY\Local service, or the bare name of a local group",
        };
        account.report(
            findings,
            RUN_AS_USER_NAME,
            format!("{} cannot log on: Kubernetes has no password to pass", quote(name.name())),
            fix,
        );
    }
}
