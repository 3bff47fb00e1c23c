use super::accounts::RUN_AS_USER_NAME;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::k8s::node_selection::NodeOs;
use crate::k8s::pod::{ContainerView, Level};
use crate::node::failure::Failure;
use crate::node::user::number_failure;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, Scope, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "numeric-account",
    summary: about!(
        "a `runAsUserName` of digits, in any pod for Windows: containerd's code panics and no container is made"
    ),
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
    let mut is_pods_judged = false;
    for container in pod.containers() {
        let Some(name) = container.run_as_user_name() else { continue };
        let is_pods = name.set_on == Level::Pod;
        if is_pods && std::mem::replace(&mut is_pods_judged, true) {
            continue;
        }
        let Some(message) = message(name.value.name(), context) else { continue };
        if is_pods {
            findings.pod(pod.path(RUN_AS_USER_NAME), message, fix(&container));
        } else {
            findings.container(&container, container.path(RUN_AS_USER_NAME), message, fix(&container));
        }
    }
}

fn message(name: &str, context: &Context) -> Option<String> {
    let failure = context.settings.eras().find_map(|era| number_failure(name, era.containerd))?;
    let found = quote(name);
    Some(match failure {
        Failure::UserOutOfRange(_) => format!("{found} is a number, which containerd refuses: uid out of range"),
        _ => format!("{found} is a number, at which the code of containerd that makes containers panics"),
    })
}

fn fix(container: &ContainerView) -> &'static str {
    if container.is_host_process() {
        r"write the name of an account, such as NT AUTHORITY\Local service"
    } else {
        "write the name of an account, such as ContainerUser"
    }
}
