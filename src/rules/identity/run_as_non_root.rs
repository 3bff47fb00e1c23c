use super::accounts::LocalGroups;
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
    summary: about!("`runAsNonRoot: true` beside an administrator's account: it is admitted but not enforced"),
    reads: Fields::of(&["runAsNonRoot"]),
    patches: Some(Reach::OnDemand),
    page: page!("run_as_non_root.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let groups = LocalGroups::of(context.settings);
    let is_administrator = |name: &str| groups.make_administrator(&Account::parse(name));
    let inherited = LazyCell::new(|| {
        let name = context.pod.windows_options().and_then(|options| options.run_as_user_name);
        name.is_some_and(is_administrator)
    });
    let untrue_on = |container: &ContainerView| {
        let account = container.run_as_user_name()?;
        let level = set_to_true_on(container)?;
        let is_untrue = if account.set_on == Level::Pod { *inherited } else { is_administrator(account.value) };
        is_untrue.then_some(level)
    };
    for non_root in effective_settings(context.pod, untrue_on, |_| ()) {
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

fn set_to_true_on(container: &ContainerView) -> Option<Level> {
    let own = container.raw.security_context.as_ref().and_then(|context| context.run_as_non_root);
    let effective = container.effective(own, || container.pod.spec.security_context.as_ref()?.run_as_non_root)?;
    effective.value.then_some(effective.set_on)
}
