//! Which objects a grant covers, and the reason given when it does not.

use rstest::rstest;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;

use super::{ALICE, POD, ask, denial, object};

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
fn matching_grants_cover_the_object(#[case] grant: Value) {
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
    "the labels of namespace 'team', which its namespaceSelector needs, are unknown (no cluster is available)"
)]
fn a_grant_that_does_not_match_is_explained(#[case] grant: Value, #[case] reason: &str) {
    let message = denial(&object(POD, None), ALICE, grant).expect("denied");
    let expected = format!("no grant covers it: allow[0] comes closest, but {reason}; change that");
    assert!(message.contains(&expected), "{message}");
}

#[test]
fn the_message_names_the_closest_grant() {
    let settings = json!({ "allow": [
        { "namespaces": ["kube-system"], "kinds": ["DaemonSet"] },
        { "namespaces": ["other"] },
        { "namespaces": ["team"], "images": ["elsewhere.example/*"] },
    ] });
    let message = ask(&object(POD, None), ALICE, &settings, &NoCluster).message.expect("denied");
    assert!(message.contains("allow[2] comes closest, but image 'registry.example/agent:1.0'"), "{message}");
}

#[test]
fn one_grant_must_cover_all_containers() {
    let mut pod = object(POD, None);
    let other = json!({ "name": "other", "image": "elsewhere.example/other:1" });
    pod["spec"]["containers"].as_array_mut().expect("a list").push(other);
    let (first, second) = (json!({ "images": ["registry.example/*"] }), json!({ "images": ["elsewhere.example/*"] }));
    assert!(!ask(&pod, ALICE, &json!({ "allow": [first, second] }), &NoCluster).accepted);
    let both = json!({ "images": ["registry.example/*", "elsewhere.example/*"] });
    assert_eq!(denial(&pod, ALICE, both), None);
}

/// Including the accounts of containers that do not inherit the pod's account.
#[test]
fn one_grant_must_cover_all_accounts() {
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

/// Two domain accounts may differ only by a space.
#[test]
fn spaces_are_significant_except_in_nt_authority_accounts() {
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
fn missing_images_and_accounts_are_not_granted() {
    let mut template = object("Rollout", None);
    let spec = &mut template["spec"]["template"]["spec"];
    spec["containers"] = json!([]);
    spec["securityContext"]["windowsOptions"] = json!({ "hostProcess": true });
    for (list, noun) in [("images", "image"), ("runAsUserNames", "account")] {
        let message = denial(&template, ALICE, json!({ list: ["?"] })).expect("denied");
        assert!(message.contains(&format!("the {noun} is unknown, but must be in its {list} ['?']")), "{message}");
    }
}

#[test]
fn empty_requesters_match_no_user() {
    let message = denial(&object(POD, None), ALICE, json!({ "requesters": { "users": [], "groups": [] } }));
    assert!(message.expect("denied").contains("requester 'alice' is not in its requesters []"));
}

#[test]
fn invalid_settings_grant_nothing() {
    for allow in [json!(null), json!([{}]), json!([{ "namespaces": [] }]), json!([{ "namespaces": null }])] {
        let response = ask(&object(POD, None), ALICE, &json!({ "allow": allow }), &NoCluster);
        assert!(!response.accepted, "{allow}");
    }
}
