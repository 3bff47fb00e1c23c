//! The rules that CEL can express, with ids, summaries and names from the rules themselves.

use windows_hostprocess_policy::rules::identity::accounts::privileged_groups;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::windows::account::{
    CONTAINER_ACCOUNTS, CONTAINER_ADMINISTRATOR, LOCAL_SYSTEM, NT_AUTHORITY, SERVICE_USERS,
};

use super::paths::{named_pipe, rootfs};

/// A rule in CEL.
pub struct Check {
    /// Its id.
    pub rule: &'static str,
    /// The list to filter: `containers` or `accounts`.
    list: &'static str,
    /// A condition that is true if its element `x` violates the rule.
    offends: String,
}

impl Check {
    /// The variable with the names of the containers that violate the rule: `gmsa`, `runAsNonRoot`.
    fn variable(&self) -> String {
        let mut words = self.rule.split('-');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
    }

    fn offenders(&self) -> String {
        format!("variables.{}.filter(x, {}).map(x, x.name)", self.list, self.offends)
    }

    /// The names of these containers, and the rule's summary and id.
    fn finding(&self) -> String {
        let rule = registry::find(self.rule).expect("a rule");
        let summary = rule.summary.replace('`', "").replace('\\', r"\\").replace('\'', r"\'");
        format!("{{'containers': variables.{}.join(', '), 'violate': '{summary} [{}]'}}", self.variable(), rule.id)
    }
}

fn check(rule: &'static str, list: &'static str, offends: impl Into<String>) -> Check {
    Check { rule, list, offends: offends.into() }
}

/// A list of strings in CEL.
fn list<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    format!("['{}']", texts.into_iter().collect::<Vec<_>>().join("', '"))
}

/// The effective value of a field of `windowsOptions`: the container's, otherwise its pod's.
fn option(field: &str) -> String {
    format!("x.?securityContext.?windowsOptions.?{field}.or(variables.podOptions.?{field})")
}

fn template(object: &str) -> String {
    format!(
        "(request.kind.kind == 'Pod' ? {object} : request.kind.kind == 'PodTemplate' ? {object}.template : \
         request.kind.kind == 'CronJob' ? {object}.spec.jobTemplate.spec.template : {object}.spec.template)"
    )
}

/// Names and expressions of variables. Each may use the variables before it.
pub fn variables() -> Vec<(String, String)> {
    let (pod, old_pod) = (template("object"), template("oldObject"));
    let account = option("runAsUserName");
    // All values of a map must have the same type.
    let written = "string(x.written)";
    let before_checks = [
        ("pod", format!("{pod}.?spec.orValue({{}})")),
        // Updates also remove finalizers.
        (
            "isUnchanged",
            format!(
                "request.operation == 'UPDATE' && (object.metadata.?deletionTimestamp.hasValue() \
                 || {old_pod}.?spec.orValue({{}}) == variables.pod)"
            ),
        ),
        ("podOptions", "variables.pod.?securityContext.?windowsOptions.orValue({})".to_owned()),
        // The HostProcess containers.
        (
            "containers",
            format!(
                "variables.isUnchanged ? [] : (variables.pod.?containers.orValue([]) \
                 + variables.pod.?initContainers.orValue([]) + variables.pod.?ephemeralContainers.orValue([]))\
                 .filter(x, {}.orValue(false))",
                option("hostProcess")
            ),
        ),
        // Their accounts as written, and in lower case.
        (
            "namesOfAccounts",
            format!(
                "variables.containers.filter(x, {account}.hasValue()).map(x, {{'name': x.name, 'written': {account}.value()}})"
            ),
        ),
        (
            "accounts",
            format!(
                "variables.namesOfAccounts.map(x, {{'name': string(x.name), 'written': {written}, \
                 'domain': {written}.contains(r'\\') ? {written}.lowerAscii().split(r'\\')[0] : '', \
                 'user': {written}.lowerAscii().substring({written}.lastIndexOf(r'\\') + 1)}})"
            ),
        ),
        ("administrators", format!("variables.accounts.filter(x, {}).map(x, x.name)", is_administrator())),
        ("namedPipe", format!("r'{}'", named_pipe())),
        ("rootfs", format!("r'{}'", rootfs())),
        (
            "pipes",
            "variables.pod.?volumes.orValue([]).filter(x, x.?hostPath.?path.orValue('').matches(variables.namedPipe))\
             .map(x, x.name)"
                .to_owned(),
        ),
    ];
    let before_checks = before_checks.map(|(name, expression)| (name.to_owned(), expression));
    let checks = checks().into_iter().map(|check| (check.variable(), check.offenders()));
    before_checks.into_iter().chain(checks).chain([("findings".to_owned(), findings())]).collect()
}

/// Whether the account `x` is LocalSystem in any spelling, `ContainerAdministrator`, or a privileged local group.
fn is_administrator() -> String {
    format!(
        "x.user == '{CONTAINER_ADMINISTRATOR}' || {} && (x.domain == '' || {}) || {}",
        format_args!("x.user.replace(' ', '') in {}", list([SERVICE_USERS[0].0, LOCAL_SYSTEM])),
        in_nt_authority(),
        is_privileged_group()
    )
}

/// Whether the domain of the account `x` is `NT AUTHORITY` in any spelling.
fn in_nt_authority() -> String {
    let bare = NT_AUTHORITY.trim_end_matches('\\').to_lowercase().replace(' ', "");
    format!("x.domain.replace(' ', '').replace('-', '').replace('_', '') == '{bare}'")
}

fn is_privileged_group() -> String {
    let groups = privileged_groups().collect::<Vec<_>>().join("|");
    format!(r"x.domain == '' && x.written.matches(r'(?i)^[.\s]*({groups})[.\s]*$')")
}

/// All findings in one expression, because kube-apiserver shows the message of only one validation.
fn findings() -> String {
    let findings: Vec<String> = checks().iter().map(Check::finding).collect();
    format!(
        "[{}].filter(x, x.containers != '').map(x, 'container ' + x.containers + ': ' + x.violate)",
        findings.join(", ")
    )
}

/// The checks, in the order in which findings are reported.
pub fn checks() -> Vec<Check> {
    let container_account = format!("x.user in {}", list(CONTAINER_ACCOUNTS));
    let in_nt_authority = in_nt_authority();
    let services = || SERVICE_USERS.into_iter().map(|(name, _)| name);
    let user = "x.user.replace(' ', '')";
    let lost_backslash = format!(
        r"x.written.matches(r'[\x{{85}}\x{{2028}}\x{{2029}}]|(?i)^[ _-]*n[ _-]*t[ _-]*authority[ _-]*({})$')",
        services().map(|name| name.replace("service", " *service")).collect::<Vec<_>>().join("|")
    );
    let logs_on = format!("x.written.startsWith(r'{NT_AUTHORITY}') && {user} in {}", list(services()));
    let mounts = |condition: &str| format!("x.?volumeMounts.orValue([]).exists(mount, {condition})");
    vec![
        check("run-as-user-required", "containers", format!("!{}.hasValue()", option("runAsUserName"))),
        check("container-account", "accounts", container_account.clone()),
        check(
            "nt-authority-spelling",
            "accounts",
            format!(
                "!({container_account}) && (x.domain == '' ? {user} in {} || {lost_backslash} : {in_nt_authority} && !({logs_on}))",
                list(services().chain([LOCAL_SYSTEM]))
            ),
        ),
        check(
            "domain-account",
            "accounts",
            format!("!({container_account}) && x.domain != '' && !({in_nt_authority})"),
        ),
        check("privileged-local-group", "accounts", is_privileged_group()),
        check(
            "gmsa",
            "containers",
            format!("{}.hasValue() || {}.hasValue()", option("gmsaCredentialSpec"), option("gmsaCredentialSpecName")),
        ),
        check(
            "run-as-non-root",
            "containers",
            "x.?securityContext.?runAsNonRoot.or(variables.pod.?securityContext.?runAsNonRoot).orValue(false) \
             && x.name in variables.administrators",
        ),
        // kube-apiserver limits the cost of expressions, and long regular expressions are expensive: a short one goes
        // first.
        check(
            "named-pipe-mount",
            "containers",
            mounts(
                "mount.name in variables.pipes || \
                 mount.mountPath.matches('(?i)pipe|ipc') && mount.mountPath.matches(variables.namedPipe)",
            ),
        ),
        check("mount-over-rootfs", "containers", mounts("mount.mountPath.matches(variables.rootfs)")),
        check("mount-drive", "containers", mounts("mount.mountPath.matches('^[cC]:$')")),
    ]
}
