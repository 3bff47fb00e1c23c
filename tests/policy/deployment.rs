//! The chart and the kustomizations render policies that Kubewarden can load. Helm and kubectl render them; checks that need a
//! missing program are skipped with a note on standard error.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::{env, fs, io};

use rstest::rstest;
use serde_json::{Value, json};
use windows_hostprocess_policy::check_settings;

const CHART: &str = "deploy/charts/windows-hostprocess";
const DEPLOYED: &str = "deploy/base/clusteradmissionpolicy.yaml";
const INSTALL: &str = "docs/install.md";
const NAMESPACE: &str = "kubewarden";
/// The mode, failure policy and settings of each overlay.
const OVERLAYS: [(&str, &str, &str, &str); 4] = [
    ("forbid", "protect", "Fail", r#"{"allow": "nobody"}"#),
    ("monitor", "monitor", "Ignore", "{}"),
    ("protect", "protect", "Fail", "{}"),
    ("strict", "protect", "Fail", r#"{"profile": "strict"}"#),
];

fn read(file: &str) -> String {
    fs::read_to_string(fixtures::repository().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn yaml(file: &str) -> Value {
    fixtures::documents(&read(file), file).remove(0)
}

/// The standard output of a program, or its standard error if it fails; `None` if it is not installed.
fn run(program: &str, arguments: &[&str], input: &str) -> Option<Result<String, String>> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(fixtures::repository());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            say_once(&format!("{program} is not installed: what it renders of {CHART} or overlays is NOT CHECKED"));
            return None;
        }
        started => started.expect("the program starts"),
    };
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("the program reads its input");
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Some(if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) })
}

/// Writes to standard error directly, because the test harness captures `eprintln!`.
fn say_once(text: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().expect("nobody panics in between").insert(text.to_owned()) {
        let _ = writeln!(io::stderr(), "{text}");
    }
}

/// The objects that `helm template` prints for a chart.
fn template_of(chart: &str, values: &Value) -> Option<Result<Vec<Value>, String>> {
    let arguments = ["template", "windows-hostprocess", chart, "--namespace", NAMESPACE, "--values", "-"];
    Some(run("helm", &arguments, &values.to_string())?.map(|text| {
        // Empty templates render empty documents.
        fixtures::documents(&text, chart).into_iter().filter(|object| !object.is_null()).collect()
    }))
}

fn template(values: &Value) -> Option<Vec<Value>> {
    Some(template_of(CHART, values)?.unwrap_or_else(|error| panic!("{values}: {error}")))
}

fn objects_of_kind<'o>(objects: &'o [Value], kind: &'o str) -> impl Iterator<Item = &'o Value> {
    objects.iter().filter(move |object| object["kind"] == kind)
}

/// The single object of a kind.
fn only<'o>(objects: &'o [Value], kind: &'o str) -> &'o Value {
    let found: Vec<&Value> = objects_of_kind(objects, kind).collect();
    let [object] = found[..] else { panic!("{} objects of kind {kind}", found.len()) };
    object
}

/// Checks that the policy has valid settings and the same module, rules and match conditions as the deployed policy.
fn assert_is_loadable(policy: &Value) {
    let (spec, deployed) = (&policy["spec"], yaml(DEPLOYED));
    let settings = spec["settings"].to_string();
    check_settings(settings.as_bytes()).unwrap_or_else(|error| panic!("{settings}: {error}"));
    assert_eq!(spec["module"], deployed["spec"]["module"]);
    assert_eq!(spec["matchConditions"], deployed["spec"]["matchConditions"]);
    if spec["mutating"] == false {
        assert_eq!(spec["rules"], deployed["spec"]["rules"]);
    }
    for (key, value) in deployed["metadata"]["annotations"].as_object().expect("annotations") {
        assert_eq!(&policy["metadata"]["annotations"][key], value, "{key}");
    }
}

#[test]
fn every_kustomization_is_a_policy() {
    let overlays = OVERLAYS.map(|(name, mode, failure_policy, settings)| {
        (format!("deploy/overlays/{name}"), mode, failure_policy, serde_json::from_str(settings).expect("JSON"))
    });
    for (folder, mode, failure_policy, settings) in
        overlays.into_iter().chain([("deploy/base".to_owned(), "monitor", "Fail", json!({}))])
    {
        let Some(rendered) = run("kubectl", &["kustomize", &folder], "") else { return };
        let objects = fixtures::documents(&rendered.unwrap_or_else(|error| panic!("{folder}: {error}")), &folder);
        let policy = only(&objects, "ClusterAdmissionPolicy");
        assert_is_loadable(policy);
        let spec = &policy["spec"];
        let found: [&Value; 3] = [&spec["mode"], &spec["failurePolicy"], &spec["settings"]];
        assert_eq!(found, [&mode.into(), &failure_policy.into(), &settings], "{folder}");
    }
}

#[test]
fn every_overlay_is_in_the_table() {
    let folders = fs::read_dir(fixtures::repository().join("deploy/overlays")).expect("a folder");
    let mut names: Vec<String> = folders.map(|folder| fixtures::file_name(&folder.expect("readable").path())).collect();
    names.sort();
    assert_eq!(names, OVERLAYS.map(|(name, ..)| name));
}

#[test]
fn helm_lint_passes() {
    if let Some(result) = run("helm", &["lint", "--strict", CHART], "") {
        result.unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn the_installation_page_lists_every_preset_and_overlay() {
    let page = read(INSTALL);
    let names_of = |link: &str| -> Vec<String> {
        let rows = page.lines().filter_map(|line| line.strip_prefix("| [")?.split_once(link));
        rows.map(|(name, _)| name.to_owned()).collect()
    };
    let presets: Vec<String> = fixtures::presets().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names_of("](../deploy/presets/"), presets);
    let mut overlays = names_of("](../deploy/overlays/");
    overlays.sort();
    assert_eq!(overlays, OVERLAYS.map(|(name, ..)| name));
}

#[test]
fn the_values_on_the_installation_page_render_a_policy() {
    let page = read(INSTALL);
    let block = page.split("```yaml\n").nth(1).and_then(|text| text.split("```").next()).expect("values");
    let values = fixtures::documents(block, INSTALL).remove(0);
    let Some(objects) = template(&values) else { return };
    let policy = only(&objects, "ClusterAdmissionPolicy");
    assert_is_loadable(policy);
    let allow = policy["spec"]["settings"]["allow"].as_array().expect("a list of grants");
    assert_eq!(allow.last(), values["extraGrants"].as_array().and_then(|grants| grants.last()));
    assert_eq!(policy["spec"]["policyServer"], only(&objects, "PolicyServer")["metadata"]["name"]);
}

/// Runs `helm template` instead of the commands that need a cluster.
#[test]
fn the_helm_commands_in_the_docs_render_policies() {
    if run("helm", &["version"], "").is_none() {
        return;
    }
    for page in ["README.md", INSTALL, &format!("{CHART}/README.md")] {
        let text = read(page).replace("\\\n", " ");
        let commands: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("$ helm ")).collect();
        let deploying = commands
            .iter()
            .filter_map(|command| command.strip_prefix("install ").or_else(|| command.strip_prefix("upgrade ")));
        let mut count = 0;
        for arguments in deploying {
            let rendered = run("sh", &["-c", &format!("helm template {arguments}")], "").expect("a shell");
            let objects = fixtures::documents(&rendered.unwrap_or_else(|error| panic!("{page}: {error}")), page);
            assert_is_loadable(only(&objects, "ClusterAdmissionPolicy"));
            count += 1;
        }
        assert_ne!(count, 0, "{page}");
    }
}

#[test]
fn the_chart_knows_every_preset() {
    let schema: Value = serde_json::from_str(&read(&format!("{CHART}/values.schema.json"))).expect("JSON");
    let names: Vec<String> = fixtures::presets().into_iter().map(|(name, _)| name).collect();
    assert_eq!(schema["properties"]["presets"]["items"]["enum"], json!(names));
}

#[test]
fn a_preset_becomes_the_grants_of_the_policy() {
    for (name, grants) in fixtures::presets() {
        let Some(objects) = template(&json!({ "presets": [name] })) else { return };
        let policy = only(&objects, "ClusterAdmissionPolicy");
        assert_is_loadable(policy);
        assert_eq!(policy["spec"]["settings"], json!({ "allow": grants }), "{name}");
    }
}

#[test]
fn a_grant_in_two_presets_is_rendered_once() {
    let own = json!({ "namespaces": ["team"], "images": ["registry.example/team/*"] });
    let Some(objects) = template(&json!({ "presets": ["aks", "csi"], "extraGrants": [own] })) else { return };
    let allow = only(&objects, "ClusterAdmissionPolicy")["spec"]["settings"]["allow"].clone();
    let mut expected: Vec<Value> = Vec::new();
    for (_, grants) in fixtures::presets().into_iter().filter(|(name, _)| ["aks", "csi"].contains(&name.as_str())) {
        for grant in grants.as_array().expect("a list of grants") {
            if !expected.contains(grant) {
                expected.push(grant.clone());
            }
        }
    }
    expected.push(own);
    assert_eq!(allow, json!(expected));
}

#[test]
fn the_default_values_deny_nothing() {
    let Some(objects) = template(&json!({})) else { return };
    assert_eq!(objects.len(), 1, "nothing beside the policy");
    let policy = only(&objects, "ClusterAdmissionPolicy");
    assert_is_loadable(policy);
    let spec = &policy["spec"];
    let expected = json!(["monitor", "Ignore", {}, "default"]);
    assert_eq!(json!([spec["mode"], spec["failurePolicy"], spec["settings"], spec["policyServer"]]), expected);
}

#[test]
fn values_become_fields_of_the_policy() {
    let rollouts = json!({ "apiGroups": ["argoproj.io"], "apiVersions": ["v1alpha1"], "resources": ["rollouts"], "operations": ["CREATE"] });
    let values = json!({
        "mode": "protect", "message": "Ask the platform team.", "timeoutSeconds": 5, "backgroundAudit": false, "matchConditions": false,
        "namespaceSelector": { "matchLabels": { "tier": "apps" } }, "extraRules": [rollouts], "annotations": { "owner": "platform" },
        "module": { "repository": "mirror/windows-hostprocess", "tag": "v9" }, "global": { "cattle": { "systemDefaultRegistry": "registry.example" } },
    });
    let Some(objects) = template(&values) else { return };
    let policy = only(&objects, "ClusterAdmissionPolicy");
    let spec = &policy["spec"];
    for key in ["mode", "message", "timeoutSeconds", "backgroundAudit", "namespaceSelector"] {
        assert_eq!(spec[key], values[key], "{key}");
    }
    assert_eq!(spec["failurePolicy"], "Fail");
    assert_eq!(spec["module"], "registry://registry.example/mirror/windows-hostprocess:v9");
    assert_eq!(spec.get("matchConditions"), None);
    assert_eq!(spec["rules"].as_array().expect("a list").last(), Some(&rollouts));
    assert_eq!(policy["metadata"]["annotations"]["owner"], "platform");
}

#[rstest]
#[case(json!({ "nodes": { "check": true } }), &["Node", "RuntimeClass"], &["nodes", "runtimeclasses"])]
#[case(json!({ "namespaces": { "check": true } }), &["Namespace"], &["namespaces"])]
#[case(json!({ "allow": [{ "namespaceSelector": { "matchLabels": { "a": "b" } } }] }), &["Namespace"], &["namespaces"])]
#[case(json!({ "rbac": { "verb": "use", "group": "policy.example", "resource": "hostprocess" } }), &[], &["subjectaccessreviews"])]
#[case(json!({ "nodes": { "check": false }, "allow": "nobody" }), &[], &[])]
fn settings_that_need_the_cluster_get_permissions(
    #[case] settings: Value,
    #[case] kinds: &[&str],
    #[case] resources: &[&str],
) {
    let Some(objects) = template(&json!({ "settings": settings })) else { return };
    let policy = only(&objects, "ClusterAdmissionPolicy");
    assert_is_loadable(policy);
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let asked = list(&policy["spec"]["contextAwareResources"]);
    let known = list(&yaml("metadata.yml")["contextAwareResources"]);
    assert!(asked.iter().all(|resource| known.contains(resource)), "{asked:?}");
    assert_eq!(asked.iter().map(|resource| &resource["kind"]).collect::<Vec<_>>(), kinds);
    let rules: Vec<Value> = objects_of_kind(&objects, "ClusterRole").flat_map(|role| list(&role["rules"])).collect();
    assert_eq!(rules.iter().flat_map(|rule| list(&rule["resources"])).collect::<Vec<_>>(), resources);
    for binding in objects_of_kind(&objects, "ClusterRoleBinding") {
        let account = json!([{ "kind": "ServiceAccount", "name": "policy-server", "namespace": NAMESPACE }]);
        assert_eq!(binding["subjects"], account);
    }
}

#[test]
fn a_created_policy_server_runs_the_policy_with_its_permissions() {
    let values = json!({
        "policyServer": { "create": true, "image": { "tag": "v1.36.0" }, "spec": { "tolerations": [{ "operator": "Exists" }] } },
        "settings": { "nodes": { "check": true } },
    });
    let Some(objects) = template(&values) else { return };
    let server = only(&objects, "PolicyServer");
    let account = only(&objects, "ServiceAccount");
    assert_eq!(only(&objects, "ClusterAdmissionPolicy")["spec"]["policyServer"], server["metadata"]["name"]);
    assert_eq!(server["spec"]["serviceAccountName"], account["metadata"]["name"]);
    let subject = &only(&objects, "ClusterRoleBinding")["subjects"][0];
    assert_eq!(
        (&subject["name"], &subject["namespace"]),
        (&account["metadata"]["name"], &account["metadata"]["namespace"])
    );
    let role = &only(&objects, "ClusterRole")["metadata"]["name"];
    assert_eq!(&only(&objects, "ClusterRoleBinding")["roleRef"]["name"], role);
    assert_eq!((&server["spec"]["replicas"], &server["spec"]["minAvailable"]), (&json!(2), &json!(1)));
    assert_eq!(server["spec"]["tolerations"], values["policyServer"]["spec"]["tolerations"]);
}

/// As in docs/recipes.md: one policy fixes new pods, the other judges them with the grants.
#[test]
fn mutate_renders_a_second_policy() {
    let settings = json!({ "mutate": "safe", "profile": "strict" });
    let Some(objects) = template(&json!({ "presets": ["eks"], "settings": settings, "mode": "protect" })) else {
        return;
    };
    let policies: Vec<&Value> = objects_of_kind(&objects, "ClusterAdmissionPolicy").collect();
    policies.iter().for_each(|policy| assert_is_loadable(policy));
    let [judges, fixes] = policies[..] else { panic!("{} policies", policies.len()) };
    let recipe = read("docs/recipes.md");
    let recipe = recipe.split("## Fix pods as they are created").nth(1).and_then(|text| text.split("```yaml\n").nth(1));
    let recipe =
        fixtures::documents(recipe.and_then(|text| text.split("```").next()).expect("a policy"), "a recipe").remove(0);
    assert_eq!(fixes["spec"]["rules"], recipe["spec"]["rules"]);
    assert_eq!((&judges["spec"]["mutating"], &fixes["spec"]["mutating"]), (&json!(false), &json!(true)));
    assert_eq!(fixes["spec"]["settings"], settings);
    let (_, eks) = fixtures::presets().into_iter().find(|(name, _)| name == "eks").expect("a preset");
    assert_eq!(judges["spec"]["settings"], json!({ "profile": "strict", "allow": eks }));
}

#[rstest]
#[case(json!({ "presets": ["aks"], "settings": { "allow": "nobody" } }), "write your grants in extraGrants")]
#[case(json!({ "presets": ["azure"] }), "/presets/0")]
#[case(json!({ "preset": ["aks"] }), "preset")]
#[case(json!({ "mode": "enforce" }), "/mode")]
#[case(json!({ "policyServer": { "create": true } }), "policyServer.image.tag")]
#[case(json!({ "policyServer": { "spec": { "replicas": 3 } } }), "/policyServer/spec/replicas")]
#[case(json!({ "fullnameOverride": "Host_Process" }), "/fullnameOverride")]
// `null` removes a default that the templates need.
#[case(json!({ "extraGrants": null }), "extraGrants")]
#[case(json!({ "policyServer": { "image": null } }), "image")]
#[case(json!({ "namespaceSelector": { "matchLabel": { "tier": "apps" } } }), "matchLabel")]
#[case(json!({ "settings": { "profil": "strict" } }), "profil")]
#[case(json!({ "settings": { "nodes": true } }), "/settings/nodes")]
#[case(json!({ "settings": { "rules": { "windows-nod": "deny" } } }), "windows-nod")]
#[case(json!({ "extraGrants": [{ "namespace": ["team"] }] }), "namespace")]
// `[n]` in YAML 1.1, which Helm reads.
#[case(json!({ "extraGrants": [{ "namespaces": [false] }] }), "/extraGrants/0/namespaces/0")]
fn invalid_values_are_rejected(#[case] values: Value, #[case] complaint: &str) {
    let Some(result) = template_of(CHART, &values) else { return };
    let error = result.expect_err("it is refused");
    assert!(error.contains(complaint), "{error}");
}

/// The chart links to files elsewhere in the repository; the archive contains copies.
#[test]
fn the_packaged_chart_renders_the_same() {
    let folder = env::temp_dir().join(format!("windows-hostprocess-chart-{}", std::process::id()));
    let values = json!({ "presets": ["aks", "calico"], "settings": { "mutate": "safe" } });
    let Some(packaged) = run("helm", &["package", CHART, "--destination", &folder.to_string_lossy()], "") else {
        return;
    };
    packaged.unwrap_or_else(|error| panic!("{error}"));
    let archive = only_entry(&folder);
    let rendered = template_of(&archive.to_string_lossy(), &values).expect("helm is installed");
    fs::remove_dir_all(&folder).expect("it can be removed");
    assert_eq!(Some(rendered.unwrap_or_else(|error| panic!("{error}"))), template(&values));
}

fn only_entry(folder: &Path) -> PathBuf {
    let entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").path()).collect();
    let [entry] = &entries[..] else { panic!("{entries:?}") };
    entry.clone()
}

#[test]
fn the_chart_deploys_the_module_in_its_annotations() {
    let values = yaml(&format!("{CHART}/values.yaml"));
    let chart = yaml(&format!("{CHART}/Chart.yaml"));
    assert_eq!(values["module"]["repository"], chart["annotations"]["kubewarden/repository"]);
    assert_eq!(values["global"]["cattle"]["systemDefaultRegistry"], chart["annotations"]["kubewarden/registry"]);
}
