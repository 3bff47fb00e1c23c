use super::accounts::LocalGroups;
use crate::decode::Fields;
use crate::k8s::effective::effective_settings;
use crate::k8s::pod::{ContainerView, Level};
use crate::outcome::patch::Reach;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::windows::account::Account;

pub static RULE: Rule = Rule {
    id: "run-as-non-root",
    summary: "`runAsNonRoot: true` beside an administrator's account: it is admitted but not enforced",
    reads: Fields::of(&["runAsNonRoot"]),
    patches: Some(Reach::OnDemand),
    page: page!("run_as_non_root.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let groups = LocalGroups::of(context.settings);
    let untrue_on = |container: &ContainerView| {
        let account = container.run_as_user_name()?.value;
        set_to_true_on(container).filter(|_| groups.make_administrator(&Account::parse(account)))
    };
    for non_root in effective_settings(context.pod, untrue_on, |_| ()) {
        findings
            .setting(
                &non_root,
                "securityContext.runAsNonRoot",
                "is true, but is not enforced in HostProcess containers",
                "remove it or set it to false, because only the rights of the account limit the process",
            )
            .removable_on_windows(context, Reach::OnDemand);
    }
}

fn set_to_true_on(container: &ContainerView) -> Option<Level> {
    let own = container.raw.security_context.as_ref().and_then(|context| context.run_as_non_root);
    let effective = container.effective(own, || container.pod.spec.security_context.as_ref()?.run_as_non_root)?;
    effective.value.then_some(effective.set_on)
}
