//! Grants: who sends what, and what the cluster is asked about it.

use std::cell::RefCell;

use kubewarden_policy_sdk::response::ValidationResponse;
use rstest::rstest;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::{Host, NoCluster};
use windows_hostprocess_policy::decide;
use windows_hostprocess_policy::rules::registry;

const POD: &str = "Pod";

/// A pod, and the object of another kind with it as a template.
fn object(kind: &str, owner: Option<&str>) -> Value {
    let spec = json!({
        "hostNetwork": true,
        "nodeSelector": { "kubernetes.io/os": "windows" },
        "securityContext": { "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\Local service" } },
        "containers": [{
            "name": "agent",
            "image": "registry.example/agent:1.0",
            "command": ["agent.exe"],
            "volumeMounts": [{ "name": "logs", "mountPath": "C:\\logs" }],
        }],
        "volumes": [
            { "name": "logs", "hostPath": { "path": "C:\\k\\logs" } },
            { "name": "not mounted", "hostPath": { "path": "D:\\" } },
        ],
    });
    let mut object = match kind {
        POD => json!({ "spec": spec }),
        "CronJob" => json!({ "spec": { "jobTemplate": { "spec": { "template": { "spec": spec } } } } }),
        _ => json!({ "spec": { "template": { "spec": spec } } }),
    };
    object["apiVersion"] = api_version_of(kind).into();
    object["kind"] = kind.into();
    object["metadata"] = json!({ "name": "agent", "namespace": "team" });
    if let Some(owner) = owner {
        object["metadata"]["ownerReferences"] = json!([
            { "apiVersion": "v1", "kind": "Node", "name": "not the controller" },
            { "apiVersion": api_version_of(owner), "kind": owner, "name": "agent", "controller": true },
        ]);
    }
    object
}

fn api_version_of(kind: &str) -> &'static str {
    match kind {
        POD | "ReplicationController" => "v1",
        "Job" | "CronJob" => "batch/v1",
        "Rollout" => "argoproj.io/v1alpha1",
        _ => "apps/v1",
    }
}

fn ask(object: &Value, user: &str, settings: &Value, host: &dyn Host) -> ValidationResponse {
    let api_version = object["apiVersion"].as_str().expect("a text");
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let request = json!({
        "kind": { "group": group, "version": version, "kind": object["kind"] },
        "namespace": "team",
        "operation": "CREATE",
        "userInfo": { "username": user, "groups": ["platform", "system:authenticated"] },
        "object": object,
    });
    let payload = json!({ "request": request, "settings": settings }).to_string();
    serde_json::from_slice(&decide(payload.as_bytes(), host).expect("an answer")).expect("a ValidationResponse")
}

/// Why it is denied; nothing when it is not.
fn denial(object: &Value, user: &str, grant: Value) -> Option<String> {
    ask(object, user, &json!({ "allow": [grant] }), &NoCluster).message
}

const ALICE: &str = "alice";

#[rstest]
#[case(json!({ "namespaces": ["te*"] }))]
#[case(json!({ "serviceAccounts": ["default"] }))]
#[case(json!({ "images": ["elsewhere.example/*", "registry.example/agent"] }))]
#[case(json!({ "runAsUserNames": ["nt authority\\LOCALSERVICE"] }))]
#[case(json!({ "hostPaths": ["c:/K/*"] }))]
#[case(json!({ "kinds": ["Pod"] }))]
#[case(json!({ "requesters": { "users": ["alice"] } }))]
#[case(json!({ "requesters": { "users": [], "groups": ["plat*"] } }))]
#[case(json!({ "namespaces": ["team"], "images": ["registry.example/*"], "hostPaths": ["C:\\k\\*"] }))]
fn grants_that_cover(#[case] grant: Value) {
    assert_eq!(denial(&object(POD, None), ALICE, grant), None);
}

#[rstest]
#[case(json!({ "namespaces": ["kube-system", "te"] }), "namespace 'team' is not in its namespaces ['kube-system', 'te']")]
#[case(json!({ "serviceAccounts": ["csi-*"] }), "service account 'default' is not in its serviceAccounts ['csi-*']")]
#[case(
    json!({ "images": ["registry.example/agent:2.*"] }),
    "image 'registry.example/agent:1.0' is not in its images ['registry.example/agent:2.*']"
)]
#[case(
    json!({ "runAsUserNames": ["NT AUTHORITY\\SYSTEM"] }),
    "account 'NT AUTHORITY\\Local service' is not in its runAsUserNames ['NT AUTHORITY\\SYSTEM']"
)]
#[case(json!({ "hostPaths": ["C:\\k"] }), "host path 'C:\\k\\logs' is not in its hostPaths ['C:\\k']")]
#[case(json!({ "kinds": ["DaemonSet"] }), "kind 'Pod' is not in its kinds ['DaemonSet']")]
#[case(
    json!({ "requesters": { "users": ["bob"], "groups": ["a", "b", "c", "d", "e"] } }),
    "requester 'alice' is not in its requesters [users 'bob' or groups 'a', 'b', 'c' and 2 more]"
)]
#[case(
    json!({ "namespaces": ["other"], "kinds": ["Job"] }),
    "namespace 'team' is not in its namespaces ['other'], and kind 'Pod' is not in its kinds ['Job']"
)]
#[case(
    json!({ "namespaceSelector": { "matchLabels": { "tier": "system" } } }),
    "the labels of namespace 'team', which its namespaceSelector needs, are not known (no cluster is available)"
)]
fn grants_that_do_not(#[case] grant: Value, #[case] reason: &str) {
    let message = denial(&object(POD, None), ALICE, grant).expect("denied");
    let expected = format!("no grant covers it: allow[0] comes closest, but {reason}; change that");
    assert!(message.contains(&expected), "{message}");
}

#[test]
fn the_closest_grant_is_named() {
    let settings = json!({ "allow": [
        { "namespaces": ["kube-system"], "kinds": ["DaemonSet"] },
        { "namespaces": ["other"] },
        { "namespaces": ["team"], "images": ["elsewhere.example/*"] },
    ] });
    let message = ask(&object(POD, None), ALICE, &settings, &NoCluster).message.expect("denied");
    assert!(message.contains("allow[2] comes closest, but image 'registry.example/agent:1.0'"), "{message}");
}

#[test]
fn one_grant_covers_all_containers() {
    let mut pod = object(POD, None);
    let other = json!({ "name": "other", "image": "elsewhere.example/other:1" });
    pod["spec"]["containers"].as_array_mut().expect("a list").push(other);
    let (first, second) = (json!({ "images": ["registry.example/*"] }), json!({ "images": ["elsewhere.example/*"] }));
    assert!(!ask(&pod, ALICE, &json!({ "allow": [first, second] }), &NoCluster).accepted);
    let both = json!({ "images": ["registry.example/*", "elsewhere.example/*"] });
    assert_eq!(denial(&pod, ALICE, both), None);
}

/// Those of containers that do not inherit the pod's as well, the last one, too.
#[test]
fn one_grant_covers_all_accounts() {
    let mut pod = object(POD, None);
    let containers = pod["spec"]["containers"].as_array_mut().expect("a list");
    for (name, account) in [("helper", "NT AUTHORITY\\Network service"), ("other", "NT AUTHORITY\\SYSTEM")] {
        let security_context = json!({ "windowsOptions": { "runAsUserName": account } });
        let image = "registry.example/agent:1.0";
        containers.push(json!({ "name": name, "image": image, "securityContext": security_context }));
    }
    containers.push(json!({ "name": "inherits", "image": "registry.example/agent:1.0" }));
    let grant = |third: &str| json!({ "runAsUserNames": ["NT AUTHORITY\\Local service", "NT AUTHORITY\\Network service", third] });
    let message = denial(&pod, ALICE, grant("LocalSystem")).expect("denied");
    assert!(message.contains("account 'NT AUTHORITY\\SYSTEM' is not in its runAsUserNames"), "{message}");
    assert_eq!(denial(&pod, ALICE, grant("NT AUTHORITY\\SYSTEM")), None);
}

/// Two accounts of a domain may differ by a space only.
#[test]
fn spaces_count_except_in_accounts_of_nt_authority() {
    let mut pod = object(POD, None);
    for (account, is_granted) in [
        ("NT AUTHORITY\\LocalService", true),
        ("NT AUTHORITY\\Local Service", true),
        ("CONTOSO\\backup agent", true),
        ("CONTOSO\\backupagent", false),
    ] {
        pod["spec"]["securityContext"]["windowsOptions"]["runAsUserName"] = account.into();
        let grant = json!({ "runAsUserNames": ["NT AUTHORITY\\local service", "CONTOSO\\backup agent"] });
        let settings = json!({ "allow": [grant] });
        let answer = ask(&pod, ALICE, &settings, &NoCluster);
        let denied = answer.audit_annotations.unwrap_or_default().remove("denied-rules").unwrap_or_default();
        assert_eq!(!denied.split(',').any(|rule| rule == "not-allowed"), is_granted, "{account}");
    }
}

#[test]
fn what_is_not_written_is_not_granted() {
    let mut template = object("Rollout", None);
    let spec = &mut template["spec"]["template"]["spec"];
    spec["containers"] = json!([]);
    spec["securityContext"]["windowsOptions"] = json!({ "hostProcess": true });
    for (list, noun) in [("images", "image"), ("runAsUserNames", "account")] {
        let message = denial(&template, ALICE, json!({ list: ["?"] })).expect("denied");
        assert!(message.contains(&format!("the {noun} is not known, but must be in its {list} ['?']")), "{message}");
    }
}

#[test]
fn requesters_that_name_nobody_cover_nobody() {
    let message = denial(&object(POD, None), ALICE, json!({ "requesters": { "users": [], "groups": [] } }));
    assert!(message.expect("denied").contains("requester 'alice' is not in its requesters []"));
}

#[test]
fn settings_that_were_never_validated_open_nothing() {
    for allow in [json!(null), json!([{}]), json!([{ "namespaces": [] }]), json!([{ "namespaces": null }])] {
        let response = ask(&object(POD, None), ALICE, &json!({ "allow": allow }), &NoCluster);
        assert!(!response.accepted, "{allow}");
    }
}

const CONTROLLERS: &str = "system:serviceaccount:kube-system:";

/// What kube-controller-manager makes of what people sent: `requesters` and `kinds` were judged on that.
#[rstest]
#[case::daemon_set("daemon-set-controller", POD, "DaemonSet", "DaemonSet")]
#[case::job("job-controller", POD, "Job", "Job")]
#[case::job_of_a_cron_job("job-controller", POD, "Job", "CronJob")]
#[case::cron_job("cronjob-controller", "Job", "CronJob", "CronJob")]
#[case::replica_set("replicaset-controller", POD, "ReplicaSet", "ReplicaSet")]
#[case::replica_set_of_a_deployment("replicaset-controller", POD, "ReplicaSet", "Deployment")]
#[case::deployment("deployment-controller", "ReplicaSet", "Deployment", "Deployment")]
#[case::stateful_set("statefulset-controller", POD, "StatefulSet", "StatefulSet")]
#[case::replication_controller("replication-controller", POD, "ReplicationController", "ReplicationController")]
fn built_in_controllers(#[case] controller: &str, #[case] kind: &str, #[case] owner: &str, #[case] granted: &str) {
    let made = object(kind, Some(owner));
    let requesters = json!({ "users": [ALICE] });
    for user in [format!("{CONTROLLERS}{controller}"), "system:kube-controller-manager".to_owned()] {
        let grant = json!({ "requesters": requesters, "kinds": [granted] });
        assert_eq!(denial(&made, &user, grant), None, "{user}");
        // The rest of the grant still counts.
        let grant = json!({ "requesters": requesters, "images": ["elsewhere.example/*"] });
        let message = denial(&made, &user, grant).expect("denied");
        assert!(message.contains("but image 'registry.example/agent:1.0'"), "{message}");
        // Bare pods are another kind.
        assert_eq!(denial(&made, &user, json!({ "kinds": [kind] })).is_some(), kind != granted, "{user}");
    }
}

#[rstest]
#[case::a_person_with_a_forged_owner("mallory", Some("DaemonSet"))]
#[case::a_controller_without_owner("system:serviceaccount:kube-system:daemon-set-controller", None)]
#[case::a_controller_with_the_owner_of_another("system:serviceaccount:kube-system:daemon-set-controller", Some("Job"))]
#[case::another_service_account_there("system:serviceaccount:kube-system:helm", Some("DaemonSet"))]
#[case::the_name_in_another_namespace("system:serviceaccount:team:daemon-set-controller", Some("DaemonSet"))]
#[case::a_custom_controller("system:serviceaccount:argo:argo-rollouts", Some("Rollout"))]
fn everybody_else_is_a_requester(#[case] user: &str, #[case] owner: Option<&str>) {
    let made = object(POD, owner);
    let message = denial(&made, user, json!({ "requesters": { "users": [ALICE] } })).expect("denied");
    assert!(message.contains(&format!("requester '{user}' is not in its requesters")), "{message}");
    let message = denial(&made, user, json!({ "kinds": ["DaemonSet", "Job", "Rollout"] })).expect("denied");
    assert!(message.contains("kind 'Pod' is not in its kinds"), "{message}");
    // The administrator lists a controller of custom kinds as what it is.
    assert_eq!(denial(&made, user, json!({ "requesters": { "users": [user] }, "kinds": ["Pod"] })), None);
}

/// A cluster that says the same to every question.
struct Says(Result<Value, &'static str>, RefCell<Vec<(String, Value)>>);

impl Says {
    fn new(answer: Result<Value, &'static str>) -> Says {
        Says(answer, RefCell::default())
    }
}

impl Host for Says {
    fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String> {
        let request = serde_json::from_slice(request).expect("JSON");
        self.1.borrow_mut().push((operation.to_owned(), request));
        self.0.as_ref().map(|answer| answer.to_string().into_bytes()).map_err(|error| (*error).to_owned())
    }
}

#[test]
fn labels_of_the_namespace() {
    let cluster = Says::new(Ok(json!({ "metadata": { "labels": { "tier": "system" } } })));
    let of = |tier: &str| json!({ "allow": [{ "namespaceSelector": { "matchLabels": { "tier": tier } } }] });
    assert!(ask(&object(POD, None), ALICE, &of("system"), &cluster).accepted);
    let message = ask(&object(POD, None), ALICE, &of("other"), &cluster).message.expect("denied");
    assert!(message.contains("namespace 'team' is not selected by its namespaceSelector (tier=other)"), "{message}");
    let (operation, question) = cluster.1.borrow()[0].clone();
    assert_eq!(
        (operation.as_str(), &question["kind"], &question["name"]),
        ("get_resource", &json!("Namespace"), &json!("team"))
    );
}

#[test]
fn the_cluster_is_asked_only_when_it_decides() {
    let cluster = Says::new(Err("must not be asked"));
    let selector = json!({ "matchLabels": { "tier": "system" } });
    let settings = json!({
        "allow": [
            { "namespaceSelector": selector, "images": ["elsewhere.example/*"] },
            { "images": ["registry.example/*"] },
        ],
        "rbac": { "verb": "use", "group": "example.com", "resource": "hostprocesses" },
    });
    assert!(ask(&object(POD, None), ALICE, &settings, &cluster).accepted);
    assert!(cluster.1.borrow().is_empty());
}

/// Whether the old object was granted to whoever sends this request says nothing.
#[test]
fn the_cluster_is_not_asked_about_an_old_object() {
    let cluster = Says::new(Err("must not be asked"));
    let old = object(POD, None);
    let mut new = old.clone();
    new["spec"]["volumes"][0]["hostPath"]["path"] = "D:\\logs".into();
    let selector = json!({ "matchLabels": { "tier": "system" } });
    let settings = json!({ "allow": [{ "namespaceSelector": selector, "hostPaths": ["C:\\k\\*"] }] });
    let request = json!({
        "kind": { "group": "", "version": "v1", "kind": "Pod" },
        "namespace": "team",
        "operation": "UPDATE",
        "userInfo": { "username": ALICE },
        "object": new,
        "oldObject": old,
    });
    let payload = json!({ "request": request, "settings": settings }).to_string();
    let response = decide(payload.as_bytes(), &cluster).expect("an answer");
    let response: ValidationResponse = serde_json::from_slice(&response).expect("a ValidationResponse");
    assert!(!response.accepted && cluster.1.borrow().is_empty());
}

fn rbac(subject: &str) -> Value {
    json!({ "rbac": { "verb": "use", "group": "example.com", "resource": "hostprocesses", "name": "system", "subject": subject } })
}

#[test]
fn rbac_of_the_service_account() {
    let cluster = Says::new(Ok(json!({ "allowed": true })));
    let mut pod = object(POD, None);
    pod["spec"]["serviceAccountName"] = "agent".into();
    assert!(ask(&pod, ALICE, &rbac("serviceAccount"), &cluster).accepted);
    let (operation, question) = cluster.1.borrow()[0].clone();
    assert_eq!(operation, "can_i");
    assert_eq!(
        question["subject_access_review"],
        json!({
            "user": "system:serviceaccount:team:agent",
            "groups": ["system:serviceaccounts", "system:serviceaccounts:team", "system:authenticated"],
            "resource_attributes": {
                "verb": "use", "group": "example.com", "resource": "hostprocesses", "name": "system", "namespace": "team",
                "subresource": null, "version": null,
            },
        })
    );
    let refusing = Says::new(Ok(json!({ "allowed": false })));
    let message = ask(&pod, ALICE, &rbac("serviceAccount"), &refusing).message.expect("denied");
    let expected =
        "hostProcess: RBAC does not let service account 'agent' use 'hostprocesses.example.com/system'; change that";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn rbac_of_the_requester() {
    let cluster = Says::new(Ok(json!({ "allowed": true })));
    assert!(ask(&object("DaemonSet", None), ALICE, &rbac("requester"), &cluster).accepted);
    let question = cluster.1.borrow()[0].1["subject_access_review"].clone();
    assert_eq!(
        (&question["user"], &question["groups"]),
        (&json!("alice"), &json!(["platform", "system:authenticated"]))
    );
    // The DaemonSet controller has no such permission, and needs none.
    let refusing = Says::new(Ok(json!({ "allowed": false })));
    let controller = format!("{CONTROLLERS}daemon-set-controller");
    assert!(ask(&object(POD, Some("DaemonSet")), &controller, &rbac("requester"), &refusing).accepted);
    assert!(!ask(&object(POD, None), &controller, &rbac("requester"), &refusing).accepted);
}

#[test]
fn no_answer_is_no() {
    for (answer, reason) in [
        (Err("not granted to the policy"), "(not granted to the policy)"),
        (Ok(json!({})), "is not known ("),
        (Ok(json!({ "allowed": "yes" })), "is not known ("),
    ] {
        let cluster = Says::new(answer);
        let message = ask(&object(POD, None), ALICE, &rbac("serviceAccount"), &cluster).message.expect("denied");
        assert!(
            message.contains("whether RBAC lets service account 'default'") && message.contains(reason),
            "{message}"
        );
    }
}

/// What Kubewarden's audit scanner sends (newAdmissionRequest in its admission_request.go): an existing object as CREATE,
/// and nothing about a user. policy-server passes it on without the fields that are null.
fn audit(object: &Value, settings: &Value, host: &dyn Host) -> ValidationResponse {
    let api_version = object["apiVersion"].as_str().expect("a text");
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = json!({ "group": group, "version": version, "kind": object["kind"] });
    let request = json!({
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": kind,
        "resource": { "group": group, "version": version, "resource": object["kind"] },
        "requestKind": kind,
        "name": object["metadata"]["name"],
        "namespace": "team",
        "operation": "CREATE",
        "userInfo": {},
        "object": object,
    });
    let payload = json!({ "request": request, "settings": settings }).to_string();
    serde_json::from_slice(&decide(payload.as_bytes(), host).expect("an answer")).expect("a ValidationResponse")
}

/// What is granted by kind must not be reported for ever.
#[rstest]
#[case(POD, "DaemonSet", "DaemonSet")]
#[case(POD, "ReplicaSet", "Deployment")]
#[case(POD, "Job", "CronJob")]
#[case("Job", "CronJob", "CronJob")]
fn the_audit_scanner_is_told_nothing_about_what_is_granted_by_kind(
    #[case] kind: &str,
    #[case] owner: &str,
    #[case] granted: &str,
) {
    let settings = json!({ "allow": [{ "kinds": [granted] }] });
    let response = audit(&object(kind, Some(owner)), &settings, &NoCluster);
    assert_eq!((response.accepted, response.warnings), (true, None));
    // Without an owner, or with one that is not a built-in controller, it is what it is.
    for other in [None, Some("Rollout")] {
        let response = audit(&object(kind, other), &json!({ "allow": [{ "kinds": [owner, "Rollout"] }] }), &NoCluster);
        assert!(!response.accepted, "{other:?}");
    }
    // A person may not claim it.
    assert!(denial(&object(kind, Some(owner)), ALICE, json!({ "kinds": [granted] })).is_some());
}

#[test]
fn the_audit_scanner_is_told_what_depends_on_the_requester() {
    let requesters = json!({ "users": [ALICE] });
    let pod = object(POD, Some("DaemonSet"));
    let other_rules = registry::all().filter(|rule| rule.id != "not-allowed");
    let other_rules_off: Value = other_rules.map(|rule| (rule.id.to_owned(), json!("off"))).collect();
    for settings in [
        json!({ "allow": [{ "namespaces": ["other"] }, { "requesters": requesters, "kinds": ["DaemonSet"] }] }),
        json!({ "allow": [{ "namespaces": ["other"] }, { "requesters": requesters }], "profile": "strict", "rules": other_rules_off }),
        json!({ "allow": [{ "namespaces": ["other"] }, { "requesters": requesters }], "rules": { "not-allowed": "deny" } }),
    ] {
        let response = audit(&pod, &settings, &NoCluster);
        assert!(response.accepted, "{:?}", response.message);
        assert_eq!(
            response.warnings.unwrap_or_default(),
            [
                "spec.securityContext.windowsOptions.hostProcess: was not judged: whether it is allowed depends on the requester, \
              and the request does not name one [not-allowed]"
            ]
        );
    }
    // Whoever asked, this would be denied.
    let elsewhere = json!({ "allow": [{ "requesters": requesters, "images": ["elsewhere.example/*"] }] });
    let message = audit(&pod, &elsewhere, &NoCluster).message.expect("denied");
    assert!(message.contains("but image 'registry.example/agent:1.0' is not in"), "{message}");
    // Anybody is anybody.
    let anybody = json!({ "allow": [{ "requesters": { "users": ["*"] } }] });
    assert_eq!(audit(&pod, &anybody, &NoCluster).warnings, None);
    let off = json!({ "allow": [{ "requesters": requesters }], "rules": { "not-allowed": "off" } });
    assert_eq!(audit(&pod, &off, &NoCluster).warnings, None);
}

/// RBAC cannot be asked about nobody, and need not be when the rest of a grant does not match.
#[test]
fn the_audit_scanner_and_the_cluster() {
    let pod = object(POD, Some("DaemonSet"));
    let silent = Says::new(Err("must not be asked"));
    let response = audit(&pod, &rbac("requester"), &silent);
    let warnings = response.warnings.unwrap_or_default();
    assert!(
        response.accepted && warnings[0].contains("whether it is allowed depends on the requester"),
        "{warnings:?}"
    );
    assert!(silent.1.borrow().is_empty());
    // The service account is known.
    let refusing = Says::new(Ok(json!({ "allowed": false })));
    assert!(!audit(&pod, &rbac("serviceAccount"), &refusing).accepted);
    let selector = |tier: &str| {
        let selector = json!({ "matchLabels": { "tier": tier } });
        json!({ "allow": [{ "namespaceSelector": selector, "requesters": { "users": [ALICE] } }] })
    };
    let labelled = Says::new(Ok(json!({ "metadata": { "labels": { "tier": "system" } } })));
    assert!(audit(&pod, &selector("system"), &labelled).accepted);
    assert!(!audit(&pod, &selector("other"), &labelled).accepted);
    assert!(!ask(&pod, "mallory", &selector("system"), &silent).accepted);
    assert!(silent.1.borrow().is_empty(), "of a known requester who is not listed nothing else matters");
}

/// An API server names at least the group system:authenticated or system:unauthenticated.
#[test]
fn a_user_without_a_name_is_judged() {
    let message = denial(&object(POD, Some("DaemonSet")), "", json!({ "kinds": ["DaemonSet"] })).expect("denied");
    assert!(message.contains("kind 'Pod' is not in its kinds"), "{message}");
    let message = denial(&object(POD, None), "", json!({ "requesters": { "users": [ALICE] } })).expect("denied");
    assert!(message.contains("the requester is not known"), "{message}");
}
