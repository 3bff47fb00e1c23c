//! HostProcess pods in unusual places: pod templates are judged anywhere, and a note reports everything else that was
//! not judged.

use super::*;

const CONFIG_MAP: &str = "apiVersion: v1
kind: ConfigMap
metadata:
  name: addons
  namespace: default
data:
  csi-proxy.yaml: |
    kind: DaemonSet
    spec: {template: {spec: {securityContext: {windowsOptions: {hostProcess: true}}}}}
";
const NOTE: &str = "not judged: ConfigMap default/addons holds hostProcess at data[csi-proxy.yaml]";

/// The spec of a pod with a misspelt account, in braces.
const POD: &str = r"{hostNetwork: true, nodeSelector: {kubernetes.io/os: windows}, securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'nt authority\system'}}, containers: [{name: a, image: 'registry.example/a:1', command: [a.exe]}]}";

fn checked(format: &str) -> Output {
    hostprocess(&["check", "-o", format, "-"], CONFIG_MAP)
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

#[test]
fn every_output_reports_unjudged_host_process() {
    for format in ["text", "json", "json-v2", "sarif", "junit", "github", "azure-devops"] {
        let output = checked(format);
        assert_eq!(code(&output), 0, "{format}");
        assert_eq!(errors(&output), format!("note: <stdin>:7:3: {NOTE}\n"), "{format}");
    }
    assert_eq!(objects(&checked("json")).len(), 1);
    let v2: Value = serde_json::from_str(&stdout(&checked("json-v2"))).expect("JSON");
    assert_eq!(v2["notJudged"], json!([{ "file": "<stdin>", "line": 7, "column": 3, "message": NOTE }]));
    let sarif: Value = serde_json::from_str(&stdout(&checked("sarif"))).expect("JSON");
    let invocation = &sarif["runs"][0]["invocations"][0];
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!((&notification["level"], &notification["message"]["text"]), (&json!("note"), &json!(NOTE)));
    assert_eq!(notification["locations"][0]["physicalLocation"]["region"]["startLine"], 7);
    assert_eq!(invocation["executionSuccessful"], true);
    assert_valid_sarif(&checked("sarif").stdout);
    let junit = stdout(&checked("junit"));
    assert!(junit.contains(&format!(r#"<property name="notJudged" value="&lt;stdin&gt;:7:3: {NOTE}"/>"#)), "{junit}");
    let github = format!("::notice file=<stdin>,line=7,col=3,title=not-judged::{NOTE}\n");
    assert_eq!(stdout(&checked("github")), github);
    // Azure Pipelines has no level below warning.
    let place = "type=warning;sourcepath=<stdin>;linenumber=7;columnnumber=3;code=not-judged";
    let azure = format!("##vso[task.logissue {place}]{}\n", NOTE.replace(']', "%5D"));
    assert_eq!(stdout(&checked("azure-devops")), azure);
}

#[test]
fn strict_input_makes_unjudged_host_process_an_error() {
    let output = hostprocess(&["check", "--strict-input", "-"], CONFIG_MAP);
    assert_eq!(code(&output), 2);
    assert!(errors(&output).contains(&format!("error: {NOTE}")), "{}", errors(&output));
    let harmless = CONFIG_MAP.replace("hostProcess: true", "hostProcess: false");
    assert_eq!(code(&hostprocess(&["check", "--strict-input", "-"], &harmless)), 0);
}

/// KEDA's ScaledJob, Agones' Fleet, JobSet, and an unknown kind.
fn custom_objects() -> [(String, &'static str); 4] {
    let object = |kind: &str, spec: &str| {
        let spec = spec.replace("POD", &format!("{{spec: {POD}}}"));
        format!("apiVersion: example.com/v1\nkind: {kind}\nmetadata: {{name: x, namespace: default}}\nspec: {spec}\n")
    };
    [
        (object("ScaledJob", "{jobTargetRef: {template: POD}}"), "spec.jobTargetRef.template"),
        (object("Fleet", "{template: {spec: {ports: [{name: a}], template: POD}}}"), "spec.template.spec.template"),
        (
            object("JobSet", "{replicatedJobs: [{name: a}, {template: {spec: {template: POD}}}]}"),
            "spec.replicatedJobs[1].template.spec.template",
        ),
        (object("Farm", "{stalls: {podTemplates: [POD]}}"), "spec.stalls.podTemplates[0]"),
    ]
}

#[test]
fn pod_templates_in_custom_objects_are_judged() {
    for (text, template) in custom_objects() {
        let output = hostprocess(&["check", "-o", "json", "-"], &text);
        let [object] = &objects(&output)[..] else { panic!("{}", shown(&output)) };
        let finding = &object["findings"][0];
        let path = format!("{template}.spec.securityContext.windowsOptions.runAsUserName");
        assert_eq!((&finding["rule"], &finding["path"]), (&json!("nt-authority-spelling"), &json!(path)), "{object}");
        assert_eq!((&finding["line"], code(&output), errors(&output)), (&json!(4), 1, String::new()));
    }
}

#[test]
fn pod_templates_in_custom_objects_are_fixed() {
    let folder = folder("templates");
    for (index, (text, _)) in custom_objects().into_iter().enumerate() {
        let file = write(&folder, &format!("{index}.yaml"), &text);
        hostprocess(&["fix", "--write", &file], "");
        let fixed = std::fs::read_to_string(&file).expect("a file");
        assert_eq!(fixed, text.replace(r"nt authority\system", r"NT AUTHORITY\SYSTEM"));
    }
}

/// A module gets unchanged objects, and looks for one template.
#[test]
fn a_module_does_not_judge_the_templates_of_a_list() {
    let folder = folder("module-and-templates");
    let module =
        write(&folder, "module.wat", &formats::module_that_answers(&json!({ "valid": true, "accepted": true })));
    for (text, template) in custom_objects() {
        let output = hostprocess(&["check", "--wasm", &module, "-"], &text);
        let field = format!("{template}.spec.securityContext.windowsOptions.hostProcess");
        let says_so = errors(&output).contains(&format!("default/x holds hostProcess at {field}\n"));
        assert_eq!((says_so, code(&output)), (template.contains('['), 0), "{}", errors(&output));
    }
}
