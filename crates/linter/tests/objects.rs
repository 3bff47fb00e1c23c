//! Objects that come from no file.

use std::sync::Arc;

use hostprocess_linter::{File, FileReport, Linter, Settings};
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;

fn checked(spec: &Value) -> FileReport {
    let settings = Settings::default();
    let tree = settings.tree();
    let linter = Linter::new(&tree, Arc::new(NoCluster)).expect("valid");
    let object = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a" }, "spec": spec });
    linter.check(File::from_object("cluster:ops/Pod/a", "v1", "Pod", object))
}

#[test]
fn text_is_generated_only_for_an_object_with_findings() {
    let containers = json!([{ "name": "a", "image": "a" }]);
    let clean = checked(&json!({ "containers": containers }));
    assert_eq!((clean.source.text(), clean.objects.len()), ("", 1));
    let found = checked(&json!({ "containers": containers, "hostNetwork": [1] }));
    let place = &found.objects[0].findings[0].place;
    assert_eq!((place.line, found.source.at(place)), (14, "\"hostNetwork\""));
    assert!(found.source.text().starts_with("{\n    \"apiVersion\": \"v1\",\n"), "{}", found.source.text());
}

#[test]
fn generated_text_is_not_fixable() {
    let pod = json!({ "hostUsers": false, "containers": [{ "name": "a", "image": "a" }],
        "securityContext": { "windowsOptions": { "hostProcess": true } } });
    let found = checked(&pod);
    let fixable = found.objects[0].findings.iter().filter(|found| found.patch.is_some());
    assert!(fixable.clone().count() > 0 && fixable.clone().all(|found| found.fixable.is_none()));
}
