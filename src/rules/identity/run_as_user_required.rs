use super::accounts::RUN_AS_USER_NAME;
use crate::finding::collector::Findings;
use crate::k8s::effective::effective_settings;
use crate::k8s::misplaced;
use crate::k8s::pod::{ContainerView, Level};
use crate::k8s::pod_spec::ContainerList;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "run-as-user-required",
    summary: about!("no effective `runAsUserName`"),
    page: page!("run_as_user_required.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let mut note = None;
    for missing in effective_settings(context.pod, &missing_on) {
        let note = note.get_or_insert_with(|| misplaced::note(context.pod, "runAsUserName", "windowsOptions"));
        findings.setting(
            &missing,
            RUN_AS_USER_NAME,
            format!(
                "is not set{note}, so the image decides which account {} runs as on the node",
                quote(missing.container.name())
            ),
            r"set runAsUserName: NT AUTHORITY\Local service, or NT AUTHORITY\SYSTEM if necessary",
        );
    }
}

/// The level at which a container without an effective `runAsUserName` should get one: that of its `hostProcess`,
/// because a container that inherits one can inherit the other. An ephemeral container must set its own, because the
/// pod that it joins cannot be changed.
fn missing_on(container: &ContainerView) -> Option<Level> {
    match (container.run_as_user_name(), container.list) {
        (Some(_), _) => None,
        (None, ContainerList::Ephemeral) => Some(Level::Container),
        (None, _) => Some(container.windows_option(|options| options.host_process)?.set_on),
    }
}
