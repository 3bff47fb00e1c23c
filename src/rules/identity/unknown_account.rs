use super::accounts::{RUN_AS_USER_NAME, is_declared, is_privileged};
use crate::decode::Fields;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;
use crate::windows::account::Kind;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "unknown-account",
    summary: "a name that is neither a service account nor a declared local group",
    severity_varies: "warn; deny once `localGroups` is set",
    reads: Fields::of(&["runAsUserName"]),
    page: page!("unknown_account.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    let settings = context.settings;
    let severity = if settings.local_groups.is_empty() { Severity::Warn } else { Severity::Deny };
    for account in &context.accounts {
        let name = account.value;
        if name.kind() == Kind::Local && !is_declared(&name, settings) && !is_privileged(&name, settings) {
            findings.at(severity).setting(
                account,
                RUN_AS_USER_NAME,
                format!("{} works only if the node has a local group of that name", quote(name.name())),
                "list the group in the policy's setting localGroups, or use a service account such as NT AUTHORITY\\Local service",
            );
        }
    }
}
