use super::accounts::RUN_AS_USER_NAME;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::{Reach, replace};
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::account::{Account, Kind, Service};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "nt-authority-spelling",
    summary: about!(
        "a misspelt service account: `nt authority\\system`, bare `SYSTEM`, `LocalSystem`, a lost backslash ..."
    ),
    reads: Fields::of(&["runAsUserName"]),
    patches: Some(Reach::Admission),
    page: page!("nt_authority_spelling.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for account in &context.accounts {
        if let Kind::Misspelt(meant) = account.value.kind() {
            findings
                .setting(&account.setting, RUN_AS_USER_NAME, message(account.value), fix(account.value, meant))
                .patch(reach(account.value), |path| {
                    meant.map(|service| replace(path, service.spelling())).into_iter().collect()
                });
        }
    }
}

fn message(account: &Account) -> String {
    let name = quote(account.name());
    if let Some((escape, letter)) = account.yaml_escape() {
        let code = u32::from(escape);
        return format!("{name} has lost its backslash: in double quotes YAML reads '\\{letter}' as U+{code:04X}");
    }
    match account.domain() {
        None if is_in_nt_authority(account) => format!("{name} has lost the backslash after NT AUTHORITY"),
        None => format!("{name} without a domain is treated as a local group or user"),
        Some("NT AUTHORITY") => format!("{name} is not one of the three service accounts"),
        Some(_) => format!("{name} cannot log on: the domain must be exactly NT AUTHORITY"),
    }
}

/// Whether a name without a backslash begins with the domain.
fn is_in_nt_authority(account: &Account) -> bool {
    account.name().to_ascii_lowercase().contains("authority")
}

/// A misspelt domain is unambiguous. A bare name could be a local group on the node.
fn reach(account: &Account) -> Reach {
    let written = account.yaml_source();
    match written.as_deref().unwrap_or(account.name()).split_once('\\') {
        Some((domain, user)) if !domain.contains('_') && Service::of(user).is_some() => Reach::Admission,
        _ => Reach::Command,
    }
}

fn fix(account: &Account, meant: Option<Service>) -> String {
    match meant {
        Some(service) if account.yaml_escape().is_some() => {
            format!("write {} in single quotes or without quotes", service.spelling())
        }
        Some(service) => format!("write {}", service.spelling()),
        None => {
            let [system, local, network] =
                [Service::LocalSystem, Service::LocalService, Service::NetworkService].map(Service::spelling);
            format!("write {local}, {network} or {system}")
        }
    }
}
