use super::accounts::RUN_AS_USER_NAME;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::account::Kind;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "domain-account",
    summary: about!("`DOMAIN\\user`, for which Kubernetes cannot pass a password"),
    reads: Fields::of(&["runAsUserName"]),
    page: page!("domain_account.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for account in context.accounts.iter().filter(|account| account.value.kind() == Kind::Domain) {
        let name = account.value;
        let fix = match name.domain() {
            Some(domain) if domain.eq_ignore_ascii_case("BUILTIN") => {
                r"write the name of a local group without BUILTIN\, or use a service account such as NT AUTHORITY\Local service"
            }
            _ => r"use a service account such as NT AUTHORITY\Local service, or the bare name of a local group",
        };
        findings.setting(
            &account.setting,
            RUN_AS_USER_NAME,
            format!("{} cannot log on, because Kubernetes cannot pass a password", quote(name.name())),
            fix,
        );
    }
}
