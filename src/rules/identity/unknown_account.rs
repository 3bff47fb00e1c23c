use super::accounts::{RUN_AS_USER_NAME, is_declared, is_privileged};
use crate::decode::Fields;
use crate::k8s::effective::EffectiveSetting;
use crate::k8s::pod::ContainerList;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;
use crate::windows::account::{Account, Kind};
use crate::windows::case::is_same;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "unknown-account",
    summary: "a name that is neither a service account nor a declared local group",
    severity_varies: "warn; deny once `localGroups` is set",
    reads: Fields::of(&["runAsUserName"]),
    page: page!("unknown_account.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    let settings = context.settings;
    let severity = if settings.local_groups.is_empty() { Severity::Warn } else { Severity::Deny };
    for account in &context.accounts {
        let name = account.value;
        let is_unknown = name.kind() == Kind::Local
            && !is_declared(&name, settings)
            && !is_privileged(&name, settings)
            && !is_created_before(account, context);
        if is_unknown {
            findings.at(severity).setting(
                account,
                RUN_AS_USER_NAME,
                format!("{} works only if the node has a local group of that name", quote(name.name())),
                "list the group in the policy's setting localGroups, or use a service account such as NT AUTHORITY\\Local service",
            );
        }
    }
}

/// Whether an init container that runs earlier, as somebody else, creates the group.
fn is_created_before(account: &EffectiveSetting<Account>, context: &Context) -> bool {
    let (group, user) = (account.value.name(), account.container);
    context.command_lines.iter().any(|line| {
        let creator = line.container;
        creator.list == ContainerList::Init
            && (user.list != ContainerList::Init || creator.index < user.index)
            && !creator.run_as_user_name().is_some_and(|name| is_same(name.value, group))
            && creates(&line.elements().map(|element| element.text).collect::<Vec<_>>().join(" "), group)
    })
}

/// Whether a command line contains `net localgroup GROUP /add`. With a user between the two, it adds the user to a group that
/// must be there already.
fn creates(line: &str, group: &str) -> bool {
    const QUOTES_AND_SPACES: [char; 4] = [' ', '\t', '"', '\''];
    line.to_ascii_lowercase().match_indices("localgroup").any(|(at, command)| {
        let rest = line.get(at + command.len()..).unwrap_or_default().trim_start_matches(QUOTES_AND_SPACES);
        rest.split_at_checked(group.len()).is_some_and(|(name, rest)| {
            let options = rest.trim_start_matches(QUOTES_AND_SPACES);
            is_same(name, group)
                && options.len() < rest.len()
                && options.get(..4).is_some_and(|option| option.eq_ignore_ascii_case("/add"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::creates;

    #[test]
    fn commands_that_create_a_group() {
        for line in [
            "net localgroup hpc-group /add",
            "cmd /c net.exe LOCALGROUP HPC-Group /ADD & exit 0",
            "powershell -Command \"net localgroup 'hpc-group' /add\"",
        ] {
            assert!(creates(line, "hpc-group"), "{line}");
        }
        for line in [
            "net localgroup hpc-group",
            "net localgroup hpc-group /delete",
            "net localgroup hpc-group agent /add",
            "net localgroup hpc-group-2 /add",
            "net localgroup administrators hpc-group /add",
            "net user hpc-group /add",
            "net localgroup",
            "net localgroup hpc-group/add",
        ] {
            assert!(!creates(line, "hpc-group"), "{line}");
        }
        assert!(creates("net localgroup \"Agenten für Süd\" /add", "Agenten FÜR Süd"));
    }
}
