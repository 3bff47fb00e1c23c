use super::accounts::RUN_AS_USER_NAME;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "privileged-local-group",
    summary: about!("a local group that makes the process an administrator"),
    reads: Fields::of(&["runAsUserName"]),
    page: page!("privileged_local_group.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let groups = context.local_groups();
    for account in context.accounts.iter().filter(|account| groups.is_privileged(account.value)) {
        findings.setting(
            &account.setting,
            RUN_AS_USER_NAME,
            format!(
                "{} is a privileged local group, and the process would be a member of it",
                quote(account.value.name())
            ),
            r"use a group with only the rights needed, or a service account such as NT AUTHORITY\Local service",
        );
    }
}
