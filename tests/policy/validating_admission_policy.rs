//! `deploy/validatingadmissionpolicy.yaml` is written from what is here: the rules that CEL can say, with the ids, summaries and
//! names of the rules themselves. `make docs` renews it.
//!
//! The expressions are evaluated here with another interpreter of CEL; `tests/cluster` shows that kube-apiserver's agrees.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::{env, fs};

use cel::{Context, Env, Program, Value as CelValue, extensions};
use fixtures::Fixture;
use kubewarden_policy_sdk::response::ValidationResponse;
use proptest::prelude::*;
use regex::Regex;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::HOST;
use windows_hostprocess_policy::decide;
use windows_hostprocess_policy::rules::identity::accounts::privileged_groups;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::windows::account::{CONTAINER_ACCOUNTS, LOCAL_SYSTEM, NT_AUTHORITY, SERVICE_USERS};
use windows_hostprocess_policy::windows::path::{ROOTFS, WindowsPath};

use crate::objects::{KINDS, misspelt, object};

const MANIFEST: &str = "deploy/validatingadmissionpolicy.yaml";

const PAGE: &str = "docs/validatingadmissionpolicy.md";

/// The beginning of the manifest. A changed pod template is judged in full: CEL has nothing like `ratchet`.
const HEAD: &str = "\
# Written from the rules by `make docs`: see docs/validatingadmissionpolicy.md.
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: windows-hostprocess
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
    - apiGroups: [\"\"]
      apiVersions: [\"v1\"]
      resources: [\"pods\", \"podtemplates\", \"replicationcontrollers\"]
      operations: [\"CREATE\", \"UPDATE\"]
    - apiGroups: [\"\"]
      apiVersions: [\"v1\"]
      resources: [\"pods/ephemeralcontainers\"]
      operations: [\"UPDATE\"]
    - apiGroups: [\"apps\"]
      apiVersions: [\"v1\"]
      resources: [\"daemonsets\", \"deployments\", \"replicasets\", \"statefulsets\"]
      operations: [\"CREATE\", \"UPDATE\"]
    - apiGroups: [\"batch\"]
      apiVersions: [\"v1\"]
      resources: [\"jobs\", \"cronjobs\"]
      operations: [\"CREATE\", \"UPDATE\"]
  variables:
";

/// The end of the manifest, and the binding. A message has one line.
const TAIL: &str = "  validations:
  - expression: variables.findings.size() == 0
    messageExpression: variables.findings.join('; ')
    message: a rule about HostProcess containers is violated
    reason: Forbidden
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: windows-hostprocess
spec:
  policyName: windows-hostprocess
  validationActions: [Deny]
";

/// A rule in CEL.
struct Check {
    rule: &'static str,
    /// What is filtered: `containers` or `accounts`.
    list: &'static str,
    /// Whether an element `x` of it violates the rule.
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

    /// What is said about them: the rule's summary and id.
    fn finding(&self) -> String {
        let rule = registry::find(self.rule).expect("a rule");
        let summary = rule.summary.replace('`', "").replace('\\', r"\\").replace('\'', r"\'");
        format!("{{'containers': variables.{}.join(', '), 'violate': '{summary} [{}]'}}", self.variable(), rule.id)
    }
}

fn check(rule: &'static str, list: &'static str, offends: impl Into<String>) -> Check {
    Check { rule, list, offends: offends.into() }
}

/// A list of texts in CEL.
fn list<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    format!("['{}']", texts.into_iter().collect::<Vec<_>>().join("', '"))
}

/// What a container has in a field of `windowsOptions`, else its pod.
fn option(field: &str) -> String {
    format!("x.?securityContext.?windowsOptions.?{field}.or(variables.podOptions.?{field})")
}

fn template(object: &str) -> String {
    format!(
        "(request.kind.kind == 'Pod' ? {object} : request.kind.kind == 'PodTemplate' ? {object}.template : \
         request.kind.kind == 'CronJob' ? {object}.spec.jobTemplate.spec.template : {object}.spec.template)"
    )
}

/// Names and expressions, each of which may use those before it.
fn variables() -> Vec<(String, String)> {
    let (pod, old_pod) = (template("object"), template("oldObject"));
    let account = option("runAsUserName");
    let before_checks = [
        ("pod", format!("{pod}.?spec.orValue({{}})")),
        // Finalizers are removed by updates, too.
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
            r"variables.namesOfAccounts.map(x, {'name': string(x.name), 'written': string(x.written), 'domain': string(x.written).contains(r'\') ? string(x.written).lowerAscii().split(r'\')[0] : '', 'user': string(x.written).lowerAscii().substring(string(x.written).lastIndexOf(r'\') + 1)})".to_owned(),
        ),
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

/// kube-apiserver shows the message of one validation only, so there is only one.
fn findings() -> String {
    let findings: Vec<String> = checks().iter().map(Check::finding).collect();
    format!(
        "[{}].filter(x, x.containers != '').map(x, 'container ' + x.containers + ': ' + x.violate)",
        findings.join(", ")
    )
}

/// In the order in which findings are reported.
fn checks() -> Vec<Check> {
    let bare = |text: &str| text.trim_end_matches('\\').to_lowercase().replace([' ', '-', '_'], "");
    let container_account = format!("x.user in {}", list(CONTAINER_ACCOUNTS));
    let in_nt_authority =
        format!("x.domain.replace(' ', '').replace('-', '').replace('_', '') == '{}'", bare(NT_AUTHORITY));
    let services = || SERVICE_USERS.into_iter().map(|(name, _)| name);
    let user = "x.user.replace(' ', '')";
    let logs_on = format!("x.written.startsWith(r'{NT_AUTHORITY}') && {user} in {}", list(services()));
    let groups = privileged_groups().collect::<Vec<_>>().join("|");
    // kube-apiserver counts what an expression costs, and long regular expressions cost much: a short one goes before.
    let mounts = |condition: &str| format!("x.?volumeMounts.orValue([]).exists(mount, {condition})");
    vec![
        check("run-as-user-required", "containers", format!("!{}.hasValue()", option("runAsUserName"))),
        check("container-account", "accounts", container_account.clone()),
        check(
            "nt-authority-spelling",
            "accounts",
            format!(
                "!({container_account}) && (x.domain == '' ? {user} in {} : {in_nt_authority} && !({logs_on}))",
                list(services().chain([LOCAL_SYSTEM]))
            ),
        ),
        check(
            "domain-account",
            "accounts",
            format!("!({container_account}) && x.domain != '' && !({in_nt_authority})"),
        ),
        check(
            "privileged-local-group",
            "accounts",
            format!(r"x.domain == '' && x.written.matches(r'(?i)^[.\s]*({groups})[.\s]*$')"),
        ),
        check(
            "gmsa",
            "containers",
            format!("{}.hasValue() || {}.hasValue()", option("gmsaCredentialSpec"), option("gmsaCredentialSpecName")),
        ),
        check(
            "run-as-non-root",
            "containers",
            "x.?securityContext.?runAsNonRoot.or(variables.pod.?securityContext.?runAsNonRoot).orValue(false)",
        ),
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

/// Between the separators of a path: nothing, or a period.
const SKIP: &str = r"(\.?[/\\])*";

/// The rest of a name: what Windows drops at its end, and a stream.
const END: &str = r"[. ]*(:[^/\\]*)?([/\\]|$)";

/// Paths of named pipes, but for those with `..`. The table of `src/windows/path.rs` in a regular expression.
fn named_pipe() -> String {
    let name = |name: &str| format!("({name}){END}{SKIP}");
    let device = |object: &str| [name("globalroot"), name("device"), name(object)].concat();
    let rest = name(r"pipe|ipc\$");
    let prefix = format!(r"([/\\]{{2,}}[.?]|[/\\]\?\?)[/\\]{SKIP}");
    let global = format!("({}|{}{})*", name("global"), name("globalroot"), name(r"\?\?|global\?\?|dosdevices"));
    let prefix = prefix + &global;
    let local = format!("([a-z]:)?{prefix}({}|{})", name("pipe"), device("namedpipe"));
    let remote = format!(
        r"{prefix}({}|{})([^/\\.]|\.[^/\\])[^/\\]*[/\\]{SKIP}{rest}",
        name("unc"),
        device("mup|lanmanredirector")
    );
    let on_machine = format!(r"\\\\([^/\\.?]|[.?][^/\\])[^/\\]*[/\\]{SKIP}{rest}");
    let by_nt_name = format!("{}{}{}", rooted(), name("device"), name("namedpipe"));
    format!("(?i)^({local}|{remote}|{on_machine}|{by_nt_name})")
}

/// The beginning of a path at the root of no drive in particular. After two backslashes there is a server or a device.
fn rooted() -> String {
    format!(r"(/{SKIP}|\\((/|\.[/\\]){SKIP})?)")
}

/// `C:\hpc` and `C:\`, but for paths with `..` and those of devices and shares.
fn rootfs() -> String {
    let rooted = rooted();
    let hpc = format!(r"(c:{SKIP}|{rooted}|\\\\[/\\]+|(\.[/\\]{SKIP})?)hpc[. ]*(:[^/\\]*)?([/\\]\.?)*([/\\][. ]*)?");
    let drive = format!(r"(c:\.?[/\\]{SKIP}|{rooted}|\\\\[/\\]+|\.[/\\]{SKIP})[. ]*|(c:)?[. ]+|\\\\");
    format!("(?i)^({hpc}|{drive})$")
}

/// A folded block of YAML, in which a line break is a space.
fn folded(text: &str) -> String {
    let mut block = ">-".to_owned();
    let mut length = usize::MAX;
    for word in text.split(' ') {
        if length.saturating_add(1 + word.len()) > 150 {
            block += "\n     ";
            length = 5;
        }
        block = block + " " + word;
        length += 1 + word.len();
    }
    block
}

fn manifest() -> String {
    let mut manifest = HEAD.to_owned();
    for (name, expression) in variables() {
        manifest += &format!("  - name: {name}\n    expression: {}\n", folded(&expression));
    }
    manifest + TAIL
}

#[test]
fn the_manifest_is_up_to_date() {
    let path = fixtures::repository().join(MANIFEST);
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, manifest()).expect("the manifest is writable");
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(committed == manifest(), "{MANIFEST} is out of date: run `make docs`");
}

#[test]
fn the_page_lists_the_rules_that_it_covers() {
    let page = fs::read_to_string(fixtures::repository().join(PAGE)).expect("the page is readable");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| [`")?.split('`').next());
    assert!(rows.eq(checks().iter().map(|check| check.rule)), "{PAGE}: the table, in the order of the rules");
}

/// The policy as kube-apiserver reads it.
struct Policy {
    env: Arc<Env>,
    variables: Vec<(String, Program)>,
    /// Expression and message.
    validations: Vec<(Program, Program)>,
}

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let policy = fixtures::documents(&manifest(), MANIFEST).remove(0);
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings).expect("it is not there yet");
    let compile = |item: &Value, key: &str| {
        let expression = item[key].as_str().expect("a text");
        env.compile(expression).unwrap_or_else(|errors| panic!("{expression}: {errors}"))
    };
    let items = |key: &str| policy["spec"][key].as_array().expect("a list").clone();
    let name = |variable: &Value| variable["name"].as_str().expect("a text").to_owned();
    let variables =
        items("variables").iter().map(|variable| (name(variable), compile(variable, "expression"))).collect();
    let validations = items("validations")
        .iter()
        .map(|validation| (compile(validation, "expression"), compile(validation, "messageExpression")))
        .collect();
    Policy { env: Arc::new(env), variables, validations }
});

impl Policy {
    fn denies(&self, request: &Value) -> bool {
        !self.violated(request).is_empty()
    }

    /// The rules that it says are violated, in order.
    fn violated(&self, request: &Value) -> Vec<String> {
        let mut context = Context::with_env(Arc::clone(&self.env));
        for (name, value) in
            [("request", request), ("object", &request["object"]), ("oldObject", &request["oldObject"])]
        {
            context.add_variable(name, value).expect("JSON is CEL");
        }
        let evaluate = |program: &Program, context: &Context| {
            program.execute(context).unwrap_or_else(|error| panic!("{error} for {request}"))
        };
        let mut variables: HashMap<String, CelValue> = HashMap::new();
        context.add_variable_from_value("variables", variables.clone());
        for (name, program) in &self.variables {
            variables.insert(name.clone(), evaluate(program, &context));
            context.add_variable_from_value("variables", variables.clone());
        }
        let text = |program: &Program| match evaluate(program, &context) {
            CelValue::String(text) => text.to_string(),
            other => panic!("{other:?} is not a message"),
        };
        let [(validation, message)] = &self.validations[..] else { panic!("there is one validation") };
        let message = text(message);
        assert_eq!(evaluate(validation, &context), CelValue::Bool(message.is_empty()), "{message}");
        let ids = message.split("; ").filter_map(|finding| finding.rsplit_once(" [")?.1.strip_suffix(']'));
        ids.map(str::to_owned).collect()
    }
}

/// The same rules of this policy that deny it, at the defaults and without `ratchet`.
fn rules_that_deny(request: &Value) -> Vec<String> {
    let covered: Vec<&str> = checks().iter().map(|check| check.rule).collect();
    let off: serde_json::Map<String, Value> = registry::all()
        .filter(|rule| !covered.contains(&rule.id))
        .map(|rule| (rule.id.to_owned(), "off".into()))
        .collect();
    let payload = json!({ "request": request, "settings": { "rules": off, "ratchet": false } }).to_string();
    let answer = decide(payload.as_bytes(), HOST).expect("an answer");
    let answer: ValidationResponse = serde_json::from_slice(&answer).expect("a ValidationResponse");
    assert_ne!(answer.code, Some(400), "{answer:?}");
    let denied = answer.audit_annotations.unwrap_or_default().remove("denied-rules").unwrap_or_default();
    denied.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

/// Whether it is one of the resources in `matchConstraints`.
fn is_matched(request: &Value) -> bool {
    let kind = request["kind"]["kind"].as_str().unwrap_or_default();
    let is_native = KINDS.iter().any(|native| native.name == kind && kind != "ControllerRevision" && kind != "Rollout");
    let subresource = request["subResource"].as_str().unwrap_or_default();
    is_native && matches!(subresource, "" | "ephemeralcontainers") && request["operation"] != "DELETE"
}

#[test]
fn it_denies_the_fixtures_that_the_rules_deny() {
    let (mut denied, mut accepted) = (0, 0);
    for Fixture { rule, name, payload, .. } in fixtures::fixtures() {
        let request = &payload["request"];
        // kube-apiserver refuses these before either sees them.
        if !is_matched(request) || rule == "user-format" {
            continue;
        }
        let violated = POLICY.violated(request);
        assert_eq!(violated, rules_that_deny(request), "{rule}/{name}");
        *(if violated.is_empty() { &mut accepted } else { &mut denied }) += 1;
    }
    assert!(denied > 30 && accepted > 100, "{denied} denied, {accepted} accepted");
}

#[test]
fn it_looks_at_every_kind() {
    for kind in KINDS.iter().filter(|kind| kind.name != "ControllerRevision" && kind.name != "Rollout") {
        let request = |object| json!({ "kind": { "kind": kind.name }, "operation": "CREATE", "object": object });
        assert!(POLICY.denies(&request(object(kind.name, misspelt))), "{}", kind.name);
        assert!(!POLICY.denies(&request(object(kind.name, |_| {}))), "{}", kind.name);
    }
}

#[test]
fn it_leaves_old_pods_alone_until_their_spec_changes() {
    let old = object("Pod", misspelt);
    let update = |change: fn(&mut Value)| {
        let mut new = old.clone();
        change(&mut new);
        json!({ "kind": { "kind": "Pod" }, "operation": "UPDATE", "object": new, "oldObject": old })
    };
    assert!(!POLICY.denies(&update(|pod| pod["metadata"]["labels"] = json!({ "a": "b" }))));
    assert!(POLICY.denies(&update(|pod| pod["spec"]["containers"][0]["image"] = "other".into())));
    let deleted = |pod: &mut Value| {
        pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        pod["spec"]["containers"][0]["image"] = "other".into();
    };
    assert!(!POLICY.denies(&update(deleted)));
}

static NAMED_PIPE: LazyLock<Regex> = LazyLock::new(|| Regex::new(&named_pipe()).expect("it compiles"));
static OVER_ROOTFS: LazyLock<Regex> = LazyLock::new(|| Regex::new(&rootfs()).expect("it compiles"));

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The regular expression agrees with the code that reads paths, in every spelling but `..`.
    #[test]
    fn pipes_in_any_spelling(path in r"([cD]:)?[/\\]{0,3}((\.|\?|\?\?|pipe|PIPE\.|pip|UNC|unc |ipc\$|host|GLOBAL|GlobalRoot|global\?\?|DosDevices|Device|NamedPipe |mup|x)[/\\]{1,2}){0,7}(pipe|namedpipe|ipc\$|x|\.|pipe:x)?") {
        prop_assert_eq!(NAMED_PIPE.is_match(&path), WindowsPath::new(&path).is_named_pipe(), "{}", path);
    }

    #[test]
    fn the_rootfs_in_any_spelling(path in r"([cD]:)?[/\\]{0,2}((\.|hpc|HPC |x|\.\.\.)[/\\]{1,2}){0,3}(hpc|hpc\.|HPC:x|hpcd|x|\. |\.\.\.)?") {
        let place = WindowsPath::new(&path);
        let is_drive = place.is_drive_root() && place.drive() == Some('C') && !place.is_drive_letter() && !path.is_empty();
        prop_assert_eq!(OVER_ROOTFS.is_match(&path), place.is_same(&ROOTFS) || is_drive, "{}", path);
    }
}
