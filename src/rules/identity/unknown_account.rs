use super::accounts::RUN_AS_USER_NAME;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::pod_spec::ContainerList;
use crate::order::ByName;
use crate::rules::context::{Context, EffectiveAccount};
use crate::rules::rule::{Rule, about, page};
use crate::windows::account::Kind;
use crate::windows::case::{is_same, lower_case};
use crate::wording::quote;
use std::cell::LazyCell;

pub static RULE: Rule = Rule {
    id: "unknown-account",
    summary: about!("a name that is neither a service account nor a declared local group"),
    severity_varies: about!("warn; deny once `localGroups` is set"),
    reads: Fields::of(&["runAsUserName"]),
    page: page!("unknown_account.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let settings = context.settings;
    let severity = if settings.local_groups.is_empty() { Severity::Warn } else { Severity::Deny };
    let created = LazyCell::new(|| CreatedGroups::of(context));
    for account in context.accounts.iter().filter(|account| account.value.kind() == Kind::Local) {
        let (name, groups) = (account.value, context.local_groups());
        if !groups.is_declared(name) && !groups.is_privileged(name) && !created.has_before(account) {
            findings.at(severity).setting(
                &account.setting,
                RUN_AS_USER_NAME,
                format!("{} works only if the node has a local group of that name", quote(name.name())),
                "list the group in the policy's setting localGroups, or use a service account such as NT AUTHORITY\\Local service",
            );
        }
    }
}

/// The groups that init containers create, each with the first such container.
struct CreatedGroups {
    by_name: ByName<'static>,
    /// The index of the init container of each group.
    creators: Vec<usize>,
}

impl CreatedGroups {
    fn of(context: &Context) -> CreatedGroups {
        let (mut names, mut creators) = (Vec::new(), Vec::new());
        for line in context.command_lines.iter().filter(|line| line.container.list == ContainerList::Init) {
            let account = line.container.run_as_user_name();
            for group in created_by(line.elements().map(|element| element.text)) {
                // A container cannot run as a group before it creates it.
                if !account.is_some_and(|account| is_same(account.value.name(), group)) {
                    names.push(lower_case(group).into());
                    creators.push(line.container.index);
                }
            }
        }
        CreatedGroups { by_name: ByName::new(names), creators }
    }

    /// Whether an init container that runs earlier creates the group.
    fn has_before(&self, account: &EffectiveAccount) -> bool {
        let user = account.setting.container;
        // Command lines are in the order of containers, so the first index is that of the earliest container.
        let creator = self.by_name.places(&lower_case(account.value.name())).next().map(|place| self.creators[place]);
        creator.is_some_and(|creator| user.list != ContainerList::Init || creator < user.index)
    }
}

/// Every GROUP of `net localgroup GROUP /add` in a command line. With a user in between, the command adds the user to
/// an existing group.
fn created_by<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut created = Vec::new();
    let (mut command, mut group) = ("", "");
    for text in texts {
        for word in text.split(separates_words).filter(|word| !word.is_empty()) {
            // `/add;` and `/add&` count, too.
            let adds = word.get(..4).is_some_and(|option| option.eq_ignore_ascii_case("/add"));
            if adds && command.eq_ignore_ascii_case("localgroup") {
                created.push(group);
            }
            (command, group) = (group, word);
        }
    }
    created
}

fn separates_words(c: char) -> bool {
    matches!(c, ' ' | '\t' | '"' | '\'')
}

#[cfg(test)]
mod tests {
    use super::created_by;

    fn creates(texts: &[&str], group: &str) -> bool {
        created_by(texts.iter().copied()).into_iter().any(|created| super::is_same(created, group))
    }

    #[test]
    fn commands_that_create_a_group_are_recognised() {
        for line in [
            "net localgroup hpc-group /add",
            "cmd /c net.exe LOCALGROUP HPC-Group /ADD&exit 0",
            "powershell -Command \"net localgroup 'hpc-group' /add\"",
        ] {
            assert!(creates(&[line], "hpc-group"), "{line}");
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
            assert!(!creates(&[line], "hpc-group"), "{line}");
        }
        for group in ["one", "two"] {
            assert!(creates(&["net localgroup one /add & net localgroup two /add"], group), "{group}");
        }
        assert!(creates(&["net", "localgroup", "Süd", "/add"], "SÜD"));
    }
}
