//! SARIF's `fixes`: each has the effect of `hostprocess fix` for its finding alone.

use std::collections::BTreeMap;

use super::*;

/// The results of a check of one file or folder that have a fix.
fn fixable(folder: &Path, path: &str) -> Vec<Value> {
    let output = hostprocess_in(folder, &["check", "-o", "sarif", path]);
    assert_valid_sarif(&output.stdout);
    let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("a list");
    results.iter().filter(|result| !result["fixes"].is_null()).cloned().collect()
}

/// The text after a fix. Replacements are applied from the last to the first, so that regions stay valid.
fn applied(text: &str, fix: &Value) -> String {
    let offset = |region: &Value, line: &str, column: &str| {
        let number = |key: &str| usize::try_from(region[key].as_u64().expect("a number")).expect("small") - 1;
        let start: usize = text.split_inclusive('\n').take(number(line)).map(str::len).sum();
        start + text[start..].chars().take(number(column)).map(char::len_utf8).sum::<usize>()
    };
    let changes = fix["artifactChanges"].as_array().expect("a list");
    assert_eq!(changes.len(), 1);
    let mut after = text.to_owned();
    for replacement in changes[0]["replacements"].as_array().expect("a list").iter().rev() {
        let region = &replacement["deletedRegion"];
        let range = offset(region, "startLine", "startColumn")..offset(region, "endLine", "endColumn");
        after.replace_range(range, replacement["insertedContent"]["text"].as_str().expect("a string"));
    }
    after
}

fn fixed(rule: &Value, text: &str) -> String {
    let output = hostprocess(&["fix", "--rules", rule.as_str().expect("a string"), "-"], text);
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn sarif_fixes_match_the_output_of_the_fix_command() {
    let test_data = repository().join("test_data");
    let mut by_rule: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
    for result in fixable(&test_data, ".") {
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let key = (uri.as_str().expect("a string").to_owned(), result["ruleId"].to_string());
        by_rule.entry(key).or_default().push(result);
    }
    let mut compared = 0;
    for ((uri, _), results) in by_rule {
        // The command fixes all findings of a rule.
        let [result] = results.as_slice() else { continue };
        let text = std::fs::read_to_string(test_data.join(&uri)).expect("a string");
        let fix = &result["fixes"][0];
        assert_eq!(applied(&text, fix), fixed(&result["ruleId"], &text), "{uri}: {}", result["ruleId"]);
        assert_eq!(fix["artifactChanges"][0]["artifactLocation"]["uri"], uri.as_str());
        assert_ne!(fix["description"]["text"], "", "{}", result["ruleId"]);
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn regions_count_characters_with_any_line_break() {
    let folder = folder("sarif-fixes");
    let options = "    windowsOptions:\n      hostProcess: yes\n      runAsUserName: NT AUTHORITY\\Local service\n";
    let flow =
        "    windowsOptions: {gmsaCredentialSpecName: ü😀, hostProcess: yes, runAsUserName: NT Authority\\System}\n";
    let text = bad().replace(options, flow).replace('\n', "\r\n");
    write(&folder, "a.yaml", &text);
    let results = fixable(&folder, "a.yaml");
    assert_eq!(results.len(), 2, "{results:?}");
    for result in results {
        assert_eq!(applied(&text, &result["fixes"][0]), fixed(&result["ruleId"], &text), "{result}");
    }
    let flow = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {nodeName: ü😀, hostUsers: false, nodeSelector: {kubernetes.io/os: windows}, hostNetwork: true, securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\Local service'}}, containers: [{name: a, image: a, command: [a.exe]}]}\n";
    write(&folder, "flow.yaml", flow);
    let results = fixable(&folder, "flow.yaml");
    let region = &results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"];
    assert_eq!(region, &json!({"startLine": 4, "startColumn": 22, "endLine": 4, "endColumn": 40}));
    assert_eq!(applied(flow, &results[0]["fixes"][0]), flow.replace("hostUsers: false, ", ""));
}

#[test]
fn findings_that_need_unsafe_or_cannot_be_fixed_have_no_sarif_fix() {
    let folder = folder("no-sarif-fixes");
    // An anchor, a guarantee that only --unsafe drops, a waiver, and an admission request.
    let anchor = bad().replace("spec:\n", "spec:\n  hostNetwork: &no false\n  hostUsers: *no\n");
    write(&folder, "anchor.yaml", &anchor);
    let promise = GOOD
        .replace("    windowsOptions:", "    runAsNonRoot: true\n    windowsOptions:")
        .replace("NT AUTHORITY\\Local service", "NT AUTHORITY\\SYSTEM");
    write(&folder, "promise.yaml", &promise);
    write(
        &folder,
        "waived.yaml",
        &bad().replace("spec:\n", "spec: # hostprocess: ignore[host-network] a webhook sets it\n"),
    );
    let pod = json!({ "metadata": { "name": "a" }, "spec": {
        "securityContext": { "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM" } },
        "nodeSelector": { "kubernetes.io/os": "windows" }, "containers": [{ "name": "a", "image": "a" }] } });
    let request =
        json!({ "kind": { "group": "", "version": "v1", "kind": "Pod" }, "operation": "CREATE", "object": pod });
    write(&folder, "request.json", &request.to_string());
    let patched = |file: &str| {
        let objects = objects(&hostprocess_in(&folder, &["check", "-o", "json", file]));
        objects[0]["findings"].as_array().expect("a list").iter().filter(|found| !found["patch"].is_null()).count()
    };
    for (file, patches, fixes) in
        [("anchor.yaml", 1, 0), ("promise.yaml", 1, 0), ("waived.yaml", 1, 0), ("request.json", 1, 0)]
    {
        assert_eq!((patched(file), fixable(&folder, file).len()), (patches, fixes), "{file}");
    }
}
