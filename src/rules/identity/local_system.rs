use super::accounts::RUN_AS_USER_NAME;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::account::{Kind, Service};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "local-system",
    summary: about!("LocalSystem, where a less privileged account may be enough"),
    severity: Severity::Off,
    reads: Fields::of(&["runAsUserName"]),
    page: page!("local_system.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for account in &context.accounts {
        let name = account.value;
        if name.kind() == Kind::Service(Service::LocalSystem) {
            findings.setting(
                &account.setting,
                RUN_AS_USER_NAME,
                format!("{} has full control of the node", quote(name.name())),
                r"use NT AUTHORITY\Local service if that is enough, or a local group with only the rights needed",
            );
        }
    }
}
