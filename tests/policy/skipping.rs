//! A rule is skipped if none of the fields that it reads is set. This never hides a finding.

use fixtures::fixtures;
use serde_json::{Value, json};
use windows_hostprocess_policy::admission::request::Request;
use windows_hostprocess_policy::cluster::facts::Facts;
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::cluster::questions::Cluster;
use windows_hostprocess_policy::decode::{self, Fields};
use windows_hostprocess_policy::finding::Finding;
use windows_hostprocess_policy::rules::context::Context;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::settings::Settings;

/// The findings of a request with every rule on; without `skips`, no rule is skipped.
fn findings(request: &Value, skips: bool) -> Vec<Finding> {
    let ids = registry::all().map(|rule| (rule.id.to_owned(), json!("deny")));
    let settings = json!({ "rules": Value::Object(ids.collect()), "hostPorts": [] }).to_string();
    let settings = decode::parse(settings.as_bytes()).expect("JSON");
    let settings: Settings = decode::read(&settings).expect("valid settings");
    let request = request.to_string();
    let request = decode::parse(request.as_bytes()).expect("JSON");
    let Ok(Some(mut request)) = Request::read(&request) else { return Vec::new() };
    let Some(mut workload) = request.object.take() else { return Vec::new() };
    if !skips {
        workload.pod.fields = Fields::ALL;
    }
    registry::check(&Context::new(&request, &workload, &settings, &Cluster::new(&NoCluster), &Facts::default()))
}

#[test]
fn a_skipped_rule_has_no_findings() {
    let mut reported = 0;
    for fixture in fixtures() {
        let request = &fixture.payload["request"];
        let (usual, all) = (findings(request, true), findings(request, false));
        assert_eq!(usual, all, "{}/{}", fixture.rule, fixture.name);
        reported += all.len();
    }
    assert!(reported > 500, "{reported} findings are too few to show anything");
}
