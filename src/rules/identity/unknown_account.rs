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
    ..Rule::new(check)
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
            && creates(line.elements().map(|element| element.text), group)
    })
}

/// Whether a command line contains `net localgroup GROUP /add`. With a user between the two, it adds the user to a group that
/// must be there already.
fn creates<'t>(texts: impl Iterator<Item = &'t str>, group: &str) -> bool {
    let mut expected = Word::LocalGroup;
    for text in texts {
        for word in text.split(separates_words).filter(|word| !word.is_empty()) {
            expected = match expected {
                // `/add;` and `/add&` as well.
                Word::Add if word.get(..4).is_some_and(|option| option.eq_ignore_ascii_case("/add")) => return true,
                Word::Name if is_same(word, group) => Word::Add,
                _ if word.eq_ignore_ascii_case("localgroup") => Word::Name,
                _ => Word::LocalGroup,
            };
        }
    }
    false
}

fn separates_words(c: char) -> bool {
    matches!(c, ' ' | '\t' | '"' | '\'')
}

/// The next word of the command.
#[derive(Clone, Copy)]
enum Word {
    LocalGroup,
    Name,
    Add,
}

#[cfg(test)]
mod tests {
    use super::creates;

    #[test]
    fn commands_that_create_a_group() {
        for line in [
            "net localgroup hpc-group /add",
            "cmd /c net.exe LOCALGROUP HPC-Group /ADD&exit 0",
            "powershell -Command \"net localgroup 'hpc-group' /add\"",
        ] {
            assert!(creates([line].into_iter(), "hpc-group"), "{line}");
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
            assert!(!creates([line].into_iter(), "hpc-group"), "{line}");
        }
        assert!(creates(["net", "localgroup", "Süd", "/add"].into_iter(), "SÜD"));
    }
}
