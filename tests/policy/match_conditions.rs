//! `matchConditions` of the deployed policy. kube-apiserver asks policy-server only about requests that these let through, so
//! whatever a rule could report anything about must be among them, and ordinary workloads should not be.
//!
//! Here another interpreter of CEL evaluates them; `tests/cluster` shows that kube-apiserver's agrees.

use std::sync::{Arc, LazyLock};

use cel::{Context, Env, ExecutionError, Program, Value as CelValue};
use fixtures::Fixture;
use kubewarden_policy_sdk::response::ValidationResponse;
use proptest::prelude::*;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::HOST;
use windows_hostprocess_policy::decide;
use windows_hostprocess_policy::prescan::concerns_no_rule;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::rules::rule::{Rule, Scope};

use crate::json_value::json_value;
use crate::objects::{KINDS, object, template};

const MANIFEST: &str = "deploy/base/clusteradmissionpolicy.yaml";

/// All conditions of the deployed policy: a request is let through when each of them is true.
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
            let expression = condition["expression"].as_str().expect("a text");
            env.compile(expression).unwrap_or_else(|errors| panic!("{errors}"))
        };
        let programs: Vec<Program> = conditions.iter().map(compile).collect();
        assert!(!programs.is_empty(), "no conditions");
        MatchConditions { env: Arc::new(env), programs }
    }

    /// An error where a condition finds a type that it cannot deal with.
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

/// The answer with every rule on.
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
fn ordinary_requests_are_not() {
    let is_ordinary = |fixture: &Fixture| concerns_no_rule(fixture.payload.to_string().as_bytes());
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

/// A request that Kubernetes' own controllers may send.
fn request(object: Value) -> Value {
    json!({ "kind": { "kind": object["kind"] }, "userInfo": { "username": "system:kube-controller-manager" }, "object": object })
}

/// A rule that looks at other pods as well has a fixture about one, or nothing would show that the conditions know the rule.
#[test]
fn every_rule_that_looks_beyond_hostprocess_pods_is_known() {
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
fn every_kind_is_let_through_wherever_it_sets_what_rules_look_at() {
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

/// Custom kinds may hold templates of values, and the rules count these as true.
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

/// Names that Go reads in any case, and data that is merged: `src/admission/kinds.rs`.
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
fn the_annotations_of_a_binding_are_looked_at() {
    let mut binding = json!({
        "kind": { "group": "", "version": "v1", "kind": "Binding" }, "subResource": "binding", "operation": "CREATE",
        "userInfo": { "username": "alice" },
        "object": { "metadata": { "name": "app" }, "target": { "kind": "Node", "name": "windows" } },
    });
    assert!(!DEPLOYED.let_through(&binding));
    binding["object"]["metadata"]["annotations"] = json!({ "microsoft.com/hostprocess-inherit-user": "true" });
    assert!(DEPLOYED.let_through(&binding));
}

/// The keys that lead to what rules look at, and some of what they find there.
const WORDS: &str = "spec|template|jobTemplate|data|metadata|annotations|securityContext|windowsOptions|hostProcess|runAsUserName|\
    containers|initContainers|ephemeralContainers|image|microsoft\\.com/hostprocess-inherit-user";

proptest! {
    // So many objects with a finding: of the objects that are made, one in thirty or so has one.
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    /// Custom kinds may have any type in any place. Where that is an error, kube-apiserver refuses the request (`failurePolicy`).
    #[test]
    fn whatever_has_a_finding_is_let_through(kind in 0..KINDS.len(), pod in json_value(WORDS), spec in json_value(WORDS)) {
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
        // kube-apiserver refuses native kinds that the policy cannot read.
        prop_assume!(has_finding(&response) && response.code != Some(400));
        prop_assert_ne!(DEPLOYED.evaluate(&request), Ok(false), "{}", request);
    }
}
