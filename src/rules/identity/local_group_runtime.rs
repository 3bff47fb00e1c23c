//! `local-group-runtime`: reads the effective `runAsUserName` of every HostProcess container, container over pod; settings `localGroups`, `containerd`.

use crate::finding::{Findings, quote};
use crate::rules::identity::unknown_account::is_declared;
use crate::rules::identity::RUN_AS_USER_NAME;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::version::Version;

/// A local group while nodes may run containerd before 1.7.
pub static RULE: Rule = Rule {
    id: "local-group-runtime",
    group: Group::Identity,
    severity: DefaultSeverity::Always(Severity::Warn),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "a local group while nodes may run containerd < 1.7",
    page: page!("local_group_runtime.md"),
    check,
};

const FIRST_WITH_GROUPS: Version = Version::new(1, 7);

fn check(context: &Context, findings: &mut Findings) {
    let settings = context.settings;
    if settings.containerd >= FIRST_WITH_GROUPS {
        return;
    }
    for account in context.accounts.iter().filter(|account| is_declared(&account.value(), settings)) {
        let name = quote(account.value().name());
        account.report(
            findings,
            RUN_AS_USER_NAME,
            format!("{name} is a local group, which needs containerd {FIRST_WITH_GROUPS}"),
            format!("use a service account, or set containerd: \"{FIRST_WITH_GROUPS}\" once no Windows node runs an older one"),
        );
    }
}
