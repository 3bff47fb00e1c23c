use super::accounts::RUN_AS_USER_NAME;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::node::era::{Containerd, Era};
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "local-group-runtime",
    summary: about!("a local group, while nodes may run containerd older than 1.7"),
    severity: Severity::Warn,
    reads: Fields::of(&["runAsUserName"]),
    page: page!("local_group_runtime.md"),
    ..Rule::new(check)
};

const FIRST_WITH_GROUPS: &str = Containerd::V1_7.name();

fn check(context: &Context, findings: &mut Findings) {
    let settings = context.settings;
    if !settings.may_have(Era::is_1_6) || settings.local_groups.is_empty() {
        return;
    }
    let groups = context.local_groups();
    for account in context.accounts.iter().filter(|account| groups.is_declared(account.value)) {
        let name = quote(account.value.name());
        findings.setting(
            &account.setting,
            RUN_AS_USER_NAME,
            format!("{name} is a local group, which needs containerd {FIRST_WITH_GROUPS} or later"),
            format!("use a service account, or set containerd: \"{FIRST_WITH_GROUPS}\" in the policy's settings once no Windows node runs an older one"),
        );
    }
}
