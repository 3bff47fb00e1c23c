//! Requesters: the built-in controllers that create pods for workloads, and all other users.

use rstest::rstest;
use serde_json::json;

use super::{ALICE, CONTROLLERS, POD, denial, object};

/// Objects that kube-controller-manager creates for an owner: `requesters` and `kinds` were judged on the owner.
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
fn built_in_controllers_need_no_requester_grant(
    #[case] controller: &str,
    #[case] kind: &str,
    #[case] owner: &str,
    #[case] granted: &str,
) {
    let made = object(kind, Some(owner));
    let requesters = json!({ "users": [ALICE] });
    for user in [format!("{CONTROLLERS}{controller}"), "system:kube-controller-manager".to_owned()] {
        let grant = json!({ "requesters": requesters, "kinds": [granted] });
        assert_eq!(denial(&made, &user, grant), None, "{user}");
        // The rest of the grant must still match.
        let grant = json!({ "requesters": requesters, "images": ["elsewhere.example/*"] });
        let message = denial(&made, &user, grant).expect("denied");
        assert!(message.contains("but image 'registry.example/agent:1.0'"), "{message}");
        // `kinds` is compared with the owner's kind.
        assert_eq!(denial(&made, &user, json!({ "kinds": [kind] })).is_some(), kind != granted, "{user}");
    }
}

#[rstest]
#[case::a_user_with_a_forged_owner("mallory", Some("DaemonSet"))]
#[case::a_controller_without_owner("system:serviceaccount:kube-system:daemon-set-controller", None)]
#[case::a_controller_with_the_owner_of_another("system:serviceaccount:kube-system:daemon-set-controller", Some("Job"))]
#[case::another_service_account_in_kube_system("system:serviceaccount:kube-system:helm", Some("DaemonSet"))]
#[case::a_controller_name_in_another_namespace("system:serviceaccount:team:daemon-set-controller", Some("DaemonSet"))]
#[case::a_custom_controller("system:serviceaccount:argo:argo-rollouts", Some("Rollout"))]
fn other_users_need_a_requester_grant(#[case] user: &str, #[case] owner: Option<&str>) {
    let made = object(POD, owner);
    let message = denial(&made, user, json!({ "requesters": { "users": [ALICE] } })).expect("denied");
    assert!(message.contains(&format!("requester '{user}' is not in its requesters")), "{message}");
    let message = denial(&made, user, json!({ "kinds": ["DaemonSet", "Job", "Rollout"] })).expect("denied");
    assert!(message.contains("kind 'Pod' is not in its kinds"), "{message}");
    // A controller of custom kinds is granted by its user name.
    assert_eq!(denial(&made, user, json!({ "requesters": { "users": [user] }, "kinds": ["Pod"] })), None);
}

/// kube-apiserver always sends a group: system:authenticated or system:unauthenticated.
#[test]
fn a_user_without_a_name_is_a_requester() {
    let message = denial(&object(POD, Some("DaemonSet")), "", json!({ "kinds": ["DaemonSet"] })).expect("denied");
    assert!(message.contains("kind 'Pod' is not in its kinds"), "{message}");
    let message = denial(&object(POD, None), "", json!({ "requesters": { "users": [ALICE] } })).expect("denied");
    assert!(message.contains("the requester is unknown"), "{message}");
}
