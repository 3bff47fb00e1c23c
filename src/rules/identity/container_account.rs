use super::accounts::RUN_AS_USER_NAME;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::account::Kind;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "container-account",
    summary: about!("`ContainerAdministrator`/`ContainerUser`, which do not exist on the host"),
    reads: Fields::of(&["runAsUserName"]),
    page: page!("container_account.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for account in context.accounts.iter().filter(|account| account.value.kind() == Kind::ContainerOnly) {
        findings.setting(
            &account.setting,
            RUN_AS_USER_NAME,
            format!("{} exists only inside Windows Server containers, not on the node", quote(account.value.name())),
            r"use a service account: NT AUTHORITY\Local service, or NT AUTHORITY\SYSTEM if necessary",
        );
    }
}
