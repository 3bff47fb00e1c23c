use super::accounts::RUN_AS_USER_NAME;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::{Operation, Reach, replace};
use crate::k8s::pod_spec::WindowsOptions;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::account::{Account, Kind, Malformed};
use crate::wording::{escaped, quote};

pub static RULE: Rule = Rule {
    id: "user-format",
    summary: about!("a `runAsUserName` that Kubernetes rejects"),
    api_server: ApiServer::Refuses,
    reads: Fields::of(&["runAsUserName"]),
    patches: Some(Reach::Admission),
    page: page!("user_format.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if let Some((name, (message, fix))) = diagnose(pod.windows_options()) {
        let reported = findings.pod(pod.path(RUN_AS_USER_NAME), message, fix);
        reported.patch(Reach::Admission, |path| single_backslash(path, name));
    }
    for container in pod.containers() {
        if let Some((name, (message, fix))) = diagnose(container.own_windows_options()) {
            let reported = findings.container(&container, container.path(RUN_AS_USER_NAME), message, fix);
            reported.patch(Reach::Admission, |path| single_backslash(path, name));
        }
    }
}

/// Corrects only a backslash that was doubled outside double quotes, or not doubled inside them.
fn single_backslash(path: &str, name: &str) -> Vec<Operation> {
    let corrected = Account::parse(name).yaml_source().unwrap_or_else(|| name.replacen(r"\\", r"\", 1));
    match Account::parse(&corrected).kind() {
        Kind::Service(_) => vec![replace(path, corrected)],
        _ => Vec::new(),
    }
}

/// A name that Kubernetes rejects, with message and fix; `None` if the name is valid.
fn diagnose<'p>(options: Option<&'p WindowsOptions>) -> Option<(&'p str, (String, String))> {
    let account = options?.run_as_user_name.as_ref()?;
    let Kind::Malformed(defect) = account.kind() else { return None };
    let name = account.name();
    Some((name, (format!("{} {defect}", quote(name)), fix(name, defect))))
}

fn fix(name: &str, defect: Malformed) -> String {
    match (corrected(name), defect) {
        (Some(corrected), Malformed::Backslashes) => {
            format!("write {}, because YAML needs a doubled backslash only inside double quotes", escaped(&corrected))
        }
        (Some(corrected), Malformed::ControlCharacter) if Account::parse(name).yaml_escape().is_some() => {
            let corrected = escaped(&corrected);
            format!(
                "write {corrected} in single quotes or without quotes, because in double quotes YAML reads a backslash with the letter after it as one character"
            )
        }
        (Some(corrected), _) => format!("write {}", escaped(&corrected)),
        (None, Malformed::Character('@')) => {
            r"use a service account such as NT AUTHORITY\Local service, because domain users cannot log on".to_owned()
        }
        (None, _) => {
            r"use a service account such as NT AUTHORITY\Local service, or the bare name of a local group".to_owned()
        }
    }
}

/// The name with common mistakes corrected: doubled backslashes, a slash instead of a backslash, a line break at the
/// end. `None` if the result cannot work.
fn corrected(name: &str) -> Option<String> {
    let written = Account::parse(name).yaml_source();
    let parts: Vec<&str> =
        written.as_deref().unwrap_or(name).trim().split(['\\', '/']).filter(|part| !part.is_empty()).collect();
    let repaired = parts.join("\\");
    match Account::parse(&repaired).kind() {
        Kind::Misspelt(Some(service)) => Some(service.spelling().to_owned()),
        Kind::Service(_) | Kind::Local => Some(repaired),
        // These cannot work in any spelling.
        Kind::Misspelt(None) | Kind::ContainerOnly | Kind::Domain | Kind::Number | Kind::Malformed(_) => None,
    }
}
