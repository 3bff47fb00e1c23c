use super::accounts::RUN_AS_USER_NAME;
use crate::decode::Fields;
use crate::outcome::patch::{Reach, replace};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::windows::account::{Account, Kind, Service};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "nt-authority-spelling",
    summary: "a misspelt service account: `nt authority\\system`, bare `SYSTEM`, `LocalSystem` ...",
    reads: Fields::of(&["runAsUserName"]),
    patches: Some(Reach::Admission),
    page: page!("nt_authority_spelling.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for account in &context.accounts {
        if let Kind::Misspelt(meant) = account.value.kind() {
            findings
                .setting(account, RUN_AS_USER_NAME, message(&account.value), fix(meant))
                .patch(reach(&account.value), |path| {
                    meant.map(|service| replace(path, service.spelling())).into_iter().collect()
                });
        }
    }
}

fn message(account: &Account) -> String {
    let name = quote(account.name());
    match account.domain() {
        None => format!("{name} without a domain is taken for a local group or user"),
        Some("NT AUTHORITY") => format!("{name} is not one of the three service accounts"),
        Some(_) => format!("{name} cannot log on: the domain must be exactly NT AUTHORITY"),
    }
}

/// A slip in the domain leaves no doubt. A bare name could be that of a local group on the node.
fn reach(account: &Account) -> Reach {
    match account.name().split_once('\\') {
        Some((domain, user)) if !domain.contains('_') && Service::of(user).is_some() => Reach::Admission,
        _ => Reach::Command,
    }
}

fn fix(meant: Option<Service>) -> String {
    match meant {
        Some(service) => format!("write {}", service.spelling()),
        None => {
            let [system, local, network] =
                [Service::LocalSystem, Service::LocalService, Service::NetworkService].map(Service::spelling);
            format!("write {local}, {network} or {system}")
        }
    }
}
