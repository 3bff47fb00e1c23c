use super::accounts::RUN_AS_USER_NAME;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::k8s::effective::effective_settings_of;
use crate::k8s::node_selection::NodeOs;
use crate::k8s::pod::ContainerView;
use crate::node::failure::Failure;
use crate::node::user::number_failure;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, Scope, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "numeric-account",
    summary: about!("a numeric `runAsUserName`, in any pod for Windows: containerd panics and creates no container"),
    scope: Scope::AnyPod,
    reads: Fields::of(&["runAsUserName"]),
    page: page!("numeric_account.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    // Linux nodes ignore the name.
    if pod.os_is("linux") || !pod.node_selection().admits(NodeOs::Windows) {
        return;
    }
    let level_of = |container: &ContainerView| Some(container.run_as_user_name()?.set_on);
    for setting in effective_settings_of(&mut pod.containers(), &level_of) {
        let message = setting.container.run_as_user_name().and_then(|name| message(name.value.name(), context));
        if let Some(message) = message {
            findings.setting(&setting, RUN_AS_USER_NAME, message, fix(&setting.container));
        }
    }
}

fn message(name: &str, context: &Context) -> Option<String> {
    let failure = context.settings.eras().find_map(|era| number_failure(name, era.containerd))?;
    let found = quote(name);
    Some(match failure {
        Failure::UserOutOfRange(_) => format!("{found} is a number, which containerd refuses: uid out of range"),
        _ => format!("{found} is a number, on which containerd panics when it creates the container"),
    })
}

fn fix(container: &ContainerView) -> &'static str {
    if container.is_host_process() {
        r"write the name of an account, such as NT AUTHORITY\Local service"
    } else {
        "write the name of an account, such as ContainerUser"
    }
}
