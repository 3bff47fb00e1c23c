use super::accounts::RUN_AS_USER_NAME;
use crate::k8s::effective::effective_settings;
use crate::k8s::pod::{ContainerList, ContainerView, Effective, Level};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "run-as-user-required",
    summary: "no effective `runAsUserName`",
    page: page!("run_as_user_required.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    for missing in effective_settings(context.pod, nameless) {
        findings.setting(
            &missing,
            RUN_AS_USER_NAME,
            format!("is not set, so the image decides as whom {} runs on the node", quote(missing.container.name())),
            r"set runAsUserName: NT AUTHORITY\Local service, or NT AUTHORITY\SYSTEM where it must be",
        );
    }
}

/// Where a container without a name should get it: where `hostProcess` is written, since who inherits the one can
/// inherit the other. A debug container must bring its own, because the pod that it joins cannot change.
fn nameless(container: &ContainerView) -> Option<Effective<bool>> {
    match (container.run_as_user_name(), container.list) {
        (Some(_), _) => None,
        (None, ContainerList::Ephemeral) => Some(Effective { value: true, set_on: Level::Container }),
        (None, _) => container.windows_option(|options| options.host_process),
    }
}
