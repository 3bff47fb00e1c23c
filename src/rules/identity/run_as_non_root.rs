use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::Reach;
use crate::k8s::effective::effective_settings;
use crate::k8s::pod::{ContainerView, Level};
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::account::Account;
use std::cell::LazyCell;

pub static RULE: Rule = Rule {
    id: "run-as-non-root",
    summary: about!("`runAsNonRoot: true` with an administrator's account, which is admitted but not enforced"),
    reads: Fields::of(&["runAsNonRoot"]),
    patches: Some(Reach::OnDemand),
    page: page!("run_as_non_root.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let is_untrue = |account: &Account| context.local_groups().is_administrator(account);
    let inherited = LazyCell::new(|| {
        let account = context.pod.windows_options().and_then(|options| options.run_as_user_name.as_ref());
        account.is_some_and(is_untrue)
    });
    let untrue_on = |container: &ContainerView| {
        let account = container.run_as_user_name()?;
        let set_on = container.run_as_non_root().filter(|effective| effective.value)?.set_on;
        let is_untrue = if account.set_on == Level::Pod { *inherited } else { is_untrue(account.value) };
        is_untrue.then_some(set_on)
    };
    for non_root in effective_settings(context.pod, &untrue_on) {
        findings
            .setting(
                &non_root,
                "securityContext.runAsNonRoot",
                "is true, but is not enforced in HostProcess containers",
                "remove it or set it to false, because only the rights of the account limit the process",
            )
            .removable_if(context.is_proven_windows(), Reach::OnDemand);
    }
}
