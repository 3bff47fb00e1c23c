//! `matchConditions` of the deployed policy. kube-apiserver sends policy-server only the requests that match, so they must
//! match every request with a finding, and should not match ordinary workloads.
//!
//! These tests use another CEL interpreter; `tests/cluster` shows that kube-apiserver's agrees.

use std::sync::{Arc, LazyLock};

use cel::{Context, Env, ExecutionError, Program, Value as CelValue};
use fixtures::Fixture;
use kubewarden_policy_sdk::response::ValidationResponse;
use proptest::prelude::*;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::HOST;
use windows_hostprocess_policy::decide;
use windows_hostprocess_policy::prescan::matches_no_rule;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::rules::rule::{Rule, Scope};

use crate::json_value::json_value;
use crate::objects::{KINDS, object, template};

const MANIFEST: &str = "deploy/base/clusteradmissionpolicy.yaml";

/// The conditions of the deployed policy. A request is let through if all of them are true.
struct MatchConditions {
    env: Arc<Env>,
    programs: Vec<Program>,
}

static DEPLOYED: LazyLock<MatchConditions> = LazyLock::new(MatchConditions::read);

impl MatchConditions {
    fn read() -> MatchConditions {
        let path = fixtures::repository().join(MANIFEST);
        let policy = fixtures::documents(&std::fs::read_to_string(path).expect("readable"), MANIFEST).remove(0);
        let conditions = policy["spec"]["matchConditions"].as_array().expect("a list");
        let env = Env::stdlib();
        let compile = |condition: &Value| {
            let expression = condition["expression"].as_str().expect("a string");
            env.compile(expression).unwrap_or_else(|errors| panic!("{errors}"))
        };
        let programs: Vec<Program> = conditions.iter().map(compile).collect();
        assert!(!programs.is_empty(), "no conditions");
        MatchConditions { env: Arc::new(env), programs }
    }

    /// An error if a condition meets a value of the wrong type.
    fn evaluate(&self, request: &Value) -> Result<bool, ExecutionError> {
        let mut context = Context::with_env(Arc::clone(&self.env));
        for (name, value) in [("request", request), ("object", &request["object"])] {
            context.add_variable(name, value).expect("JSON is CEL");
        }
        let mut results = self.programs.iter().map(|program| program.execute(&context));
        results.try_fold(true, |all, result| Ok(all && result? == CelValue::Bool(true)))
    }

    fn let_through(&self, request: &Value) -> bool {
        self.evaluate(request).unwrap_or_else(|error| panic!("{error} for {request}"))
    }
}

/// The response with every rule on.
fn strict(payload: &Value) -> ValidationResponse {
    let mut payload = payload.clone();
    payload["settings"]["profile"] = "strict".into();
    let answer = decide(payload.to_string().as_bytes(), HOST).expect("an answer");
    serde_json::from_slice(&answer).expect("a ValidationResponse")
}

fn has_finding(response: &ValidationResponse) -> bool {
    !response.accepted || response.warnings.is_some()
}

#[test]
fn every_request_with_a_finding_is_let_through() {
    let mut found = 0;
    for Fixture { rule, name, payload, .. } in fixtures::fixtures() {
        if has_finding(&strict(&payload)) {
            assert!(DEPLOYED.let_through(&payload["request"]), "{rule}/{name}");
            found += 1;
        }
    }
    assert!(found > 300, "{found} fixtures with findings are too few to show anything");
}

#[test]
fn ordinary_requests_are_not_let_through() {
    let is_ordinary = |fixture: &Fixture| matches_no_rule(fixture.payload.to_string().as_bytes());
    let ordinary: Vec<Fixture> = fixtures::fixtures().into_iter().filter(is_ordinary).collect();
    assert!(!ordinary.is_empty(), "no fixture is ordinary");
    for Fixture { rule, name, payload, .. } in ordinary {
        assert!(!DEPLOYED.let_through(&payload["request"]), "{rule}/{name}");
    }
    for kind in KINDS {
        let workload = object(kind.name, |spec| drop(spec["securityContext"].take()));
        assert!(!DEPLOYED.let_through(&request(workload)), "{}", kind.name);
    }
}

/// A request as kube-controller-manager sends it.
fn request(object: Value) -> Value {
    json!({ "kind": { "kind": object["kind"] }, "userInfo": { "username": "system:kube-controller-manager" }, "object": object })
}

/// A rule that applies beyond HostProcess pods needs a fixture without HostProcess, to show that the conditions cover it.
#[test]
fn rules_beyond_hostprocess_pods_are_covered() {
    let looks_beyond = |rule: &&Rule| match rule.scope {
        Scope::HostProcess | Scope::Resize => false,
        Scope::MayBeHostProcess | Scope::AnyPod | Scope::Annotations => true,
    };
    let fixtures = fixtures::fixtures();
    for rule in registry::all().filter(looks_beyond) {
        let shows_it = |fixture: &&Fixture| {
            fixture.rule == rule.id
                && !fixture.payload["request"].to_string().contains("hostProcess")
                && has_finding(&strict(&fixture.payload))
        };
        let fixture = fixtures.iter().find(shows_it);
        let fixture = fixture.unwrap_or_else(|| panic!("test_data/{}: no finding without hostProcess", rule.id));
        assert!(DEPLOYED.let_through(&fixture.payload["request"]), "{}/{}", rule.id, fixture.name);
    }
}

#[test]
fn every_kind_with_a_field_that_rules_read_is_let_through() {
    let host_process = json!({ "windowsOptions": { "hostProcess": true } });
    let container = json!({ "name": "app", "image": "app", "securityContext": host_process });
    let image = json!([{ "image": "mirror.example/windows-host-process-containers-base-image:v1.0.0" }]);
    let pods = [
        json!({ "spec": { "securityContext": host_process } }),
        json!({ "spec": { "containers": [{ "name": "sidecar" }, container] } }),
        json!({ "spec": { "initContainers": [container] } }),
        json!({ "spec": { "ephemeralContainers": [container] } }),
        json!({ "spec": { "containers": image } }),
        json!({ "spec": { "securityContext": { "windowsOptions": { "runAsUserName": "1000" } } } }),
        json!({ "spec": { "initContainers": [{ "securityContext": { "windowsOptions": { "runAsUserName": "-1" } } }] } }),
        json!({ "metadata": { "annotations": { "microsoft.com/hostprocess-inherit-user": "true" } } }),
        json!({ "metadata": { "annotations": { "microsoft.com/disable-hostprocess-container": "false" } } }),
        json!({ "metadata": { "annotations": { "io.microsoft.disable-unsafe-operations": "false" } } }),
    ];
    for kind in KINDS {
        for pod in &pods {
            let mut workload = object(kind.name, |spec| *spec = json!({}));
            for (key, value) in pod.as_object().expect("an object") {
                template(&mut workload, kind.name)[key] = value.clone();
            }
            assert!(DEPLOYED.let_through(&request(workload)), "{}: {pod}", kind.name);
        }
    }
}

/// Custom kinds may contain template expressions, which rules treat as true.
#[test]
fn a_value_that_may_become_true_is_let_through() {
    let unknown = json!({ "windowsOptions": { "hostProcess": "{{hostProcess}}" } });
    let on_pod = object("Rollout", |spec| spec["securityContext"] = unknown.clone());
    let on_container = object("Rollout", |spec| {
        spec["securityContext"] = json!({});
        spec["containers"][0]["securityContext"] = unknown.clone();
    });
    for rollout in [on_pod, on_container] {
        assert!(DEPLOYED.let_through(&request(rollout.clone())), "{rollout}");
    }
}

/// Go reads field names case-insensitively, and revisions are merged: see `src/admission/kinds.rs`.
#[test]
fn a_revision_is_let_through_unless_a_controller_sends_it() {
    let revision = object("ControllerRevision", |spec| drop(spec["securityContext"].take()));
    let mut request = request(revision);
    for (user, is_let_through) in [
        ("alice", true),
        ("system:serviceaccount:default:statefulset-controller", true),
        ("system:serviceaccount:kube-system:statefulset-controller", false),
        ("system:serviceaccount:kube-system:daemon-set-controller", false),
        ("system:kube-controller-manager", false),
    ] {
        request["userInfo"]["username"] = user.into();
        assert_eq!(DEPLOYED.let_through(&request), is_let_through, "{user}");
    }
}

#[test]
fn a_binding_with_a_runtime_annotation_is_let_through() {
    let mut binding = json!({
        "kind": { "group": "", "version": "v1", "kind": "Binding" }, "subResource": "binding", "operation": "CREATE",
        "userInfo": { "username": "alice" },
        "object": { "metadata": { "name": "app" }, "target": { "kind": "Node", "name": "windows" } },
    });
    assert!(!DEPLOYED.let_through(&binding));
    binding["object"]["metadata"]["annotations"] = json!({ "microsoft.com/hostprocess-inherit-user": "true" });
    assert!(DEPLOYED.let_through(&binding));
}

/// Keys on the way to the fields that rules read, and an annotation.
const WORDS: &str = "spec|template|jobTemplate|data|metadata|annotations|securityContext|windowsOptions|hostProcess|runAsUserName|\
    containers|initContainers|ephemeralContainers|image|microsoft\\.com/hostprocess-inherit-user";

proptest! {
    // Enough cases for several findings: about one generated object in thirty has one.
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    /// Custom kinds may have any type in any place. If that is an error in CEL, kube-apiserver rejects the request
    /// (`failurePolicy`).
    #[test]
    fn any_object_with_a_finding_is_let_through(kind in 0..KINDS.len(), pod in json_value(WORDS), spec in json_value(WORDS)) {
        let name = KINDS[kind].name;
        let mut workload = object(name, |own| if !spec.is_null() { *own = spec });
        if let (Some(pod), Some(own)) = (pod.as_object(), template(&mut workload, name).as_object_mut()) {
            own.extend(pod.clone());
        }
        let group = workload["apiVersion"].as_str().and_then(|version| version.split_once('/')).map_or("", |(group, _)| group);
        let mut request = request(workload.clone());
        request["kind"]["group"] = group.into();
        request["operation"] = "CREATE".into();
        let response = strict(&json!({ "request": request }));
        // kube-apiserver rejects native kinds that the policy cannot read.
        prop_assume!(has_finding(&response) && response.code != Some(400));
        prop_assert_ne!(DEPLOYED.evaluate(&request), Ok(false), "{}", request);
    }
}
