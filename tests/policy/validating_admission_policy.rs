//! `deploy/validatingadmissionpolicy.yaml` denies what the rules deny.
//!
//! These tests use another CEL interpreter; `tests/cluster` shows that kube-apiserver's agrees.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, LazyLock};

use cel::{Context, Env, Program, Value as CelValue, extensions};
use fixtures::Fixture;
use generate::validating_admission_policy::{MANIFEST, checks, file, named_pipe, rootfs};
use kubewarden_policy_sdk::response::ValidationResponse;
use proptest::prelude::*;
use regex::Regex;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::HOST;
use windows_hostprocess_policy::decide;
use windows_hostprocess_policy::node::mounts::is_refused;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::windows::path::{ROOTFS, WindowsPath};

use crate::objects::{KINDS, is_custom, misspelt, object};

const PAGE: &str = "docs/validatingadmissionpolicy.md";

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
    let policy = fixtures::documents(&file().expect("YAML").text, MANIFEST).remove(0);
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings).expect("not yet added");
    let compile = |item: &Value, key: &str| {
        let expression = item[key].as_str().expect("a string");
        env.compile(expression).unwrap_or_else(|errors| panic!("{expression}: {errors}"))
    };
    let items = |key: &str| policy["spec"][key].as_array().expect("a list").clone();
    let name = |variable: &Value| variable["name"].as_str().expect("a string").to_owned();
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

    /// The rules that the policy reports as violated, in order.
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

/// The covered rules that deny the request in the Kubewarden policy, at the defaults without `ratchet`.
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

fn native_kinds() -> impl Iterator<Item = &'static str> {
    KINDS.map(|kind| kind.name).into_iter().filter(|kind| *kind != "ControllerRevision" && !is_custom(kind))
}

/// Whether the request is for a resource in `matchConstraints`.
fn is_matched(request: &Value) -> bool {
    let kind = request["kind"]["kind"].as_str().unwrap_or_default();
    let is_native = native_kinds().any(|native| native == kind);
    let subresource = request["subResource"].as_str().unwrap_or_default();
    is_native && matches!(subresource, "" | "ephemeralcontainers") && request["operation"] != "DELETE"
}

#[test]
fn it_denies_the_fixtures_that_the_rules_deny() {
    let (mut denied, mut accepted) = (0, 0);
    for Fixture { rule, name, payload, .. } in fixtures::fixtures() {
        let request = &payload["request"];
        // kube-apiserver rejects these before either policy sees them.
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
fn it_covers_every_kind() {
    for kind in native_kinds() {
        let request = |object| json!({ "kind": { "kind": kind }, "operation": "CREATE", "object": object });
        assert!(POLICY.denies(&request(object(kind, misspelt))), "{kind}");
        assert!(!POLICY.denies(&request(object(kind, |_| {}))), "{kind}");
    }
}

#[test]
fn it_ignores_old_pods_until_their_spec_changes() {
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

    /// The regular expression agrees with the code that parses paths, in every spelling except `..`.
    #[test]
    fn named_pipe_expression_agrees_with_the_path_parser(path in r"([cD]:|npipe:)?[/\\]{0,3}((\.|\?|\?\?|pipe|PIPE\.|pip|UNC|unc |ipc\$|host|GLOBAL|GlobalRoot|global\?\?|DosDevices|Device|NamedPipe |mup|x)[/\\]{1,2}){0,7}(pipe|namedpipe|ipc\$|x|\.|pipe:x)?") {
        let place = WindowsPath::new(&path);
        prop_assert_eq!(NAMED_PIPE.is_match(&path), place.is_named_pipe() || place.is_misspelt_pipe(), "{}", path);
    }

    #[test]
    fn rootfs_expression_agrees_with_the_path_parser(path in r"([cD]:)?[/\\]{0,2}((\.|hpc|HPC |x|\.\.\.)[/\\]{1,2}){0,3}(hpc|hpc\.|HPC:x|hpcd|x|\. |\.\.\.)?") {
        let place = WindowsPath::new(&path);
        let is_drive = place.is_drive_root() && place.drive() == Some('C') && !is_refused(&path) && !path.is_empty();
        prop_assert_eq!(OVER_ROOTFS.is_match(&path), place.is_same(&ROOTFS) || is_drive, "{}", path);
    }
}
