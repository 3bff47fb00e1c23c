//! A manifest's names and lines act neither on a terminal nor on a pipeline that reads the output.

use super::*;

/// Commands of Azure Pipelines and of GitHub Actions in names, in a comment, at the beginning of lines, and characters that a
/// terminal obeys (U+001B, U+009B) or that XML has no place for (U+FFFE, U+FFFF).
const HOSTILE: [&str; 6] = [
    "##vso[task.setvariable variable=a]b",
    "##VSO[task.complete result=Succeeded]",
    "a ###[error]b",
    "::error::a",
    "\u{1b}[31m\u{9b}31m\u{85}",
    "\u{fffe}\u{ffff}\u{202e}\u{ad}",
];

/// Each output of the command, with a file or a folder in the place of `FILE`.
const OUTPUTS: [&[&str]; 16] = [
    &["check", "FILE"],
    &["check", "FILE", "-o", "json"],
    &["check", "FILE", "-o", "json-v2"],
    &["check", "FILE", "-o", "sarif"],
    &["check", "FILE", "-o", "junit"],
    &["check", "FILE", "-o", "github"],
    &["check", "FILE", "-o", "azure-devops"],
    &["check", "FILE", "--profile", "strict", "-o", "sarif"],
    &["fix", "FILE"],
    &["fix", "FILE", "--unsafe"],
    &["plan", "FILE"],
    &["plan", "FILE", "-o", "json"],
    &["grants", "FILE"],
    &["grants", "FILE", "-o", "json"],
    &["grants", "FILE", "--digests"],
    &["config", "FILE"],
];

/// In quotes, with escapes for what YAML does not take as it is.
fn quoted(text: &str) -> String {
    let escaped = |c: char| if matches!(c, ' '..='~') { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// A pod with findings in which the text is wherever one can be.
fn pod(hostile: &str) -> String {
    let quoted = quoted(hostile);
    let annotation = quoted.replacen('"', "\"microsoft.com/hostprocess-", 1);
    let visible: String =
        hostile.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    format!(
        "apiVersion: v1
kind: Pod
metadata:
  name: {quoted}
  annotations:
    {quoted}: {quoted}
    {annotation}: x # {visible}
    lines: |
      {visible}
spec: # {visible}
  # {visible}
  {quoted}: 1
  serviceAccountName: {quoted}
  nodeSelector:
    kubernetes.io/os: windows
  securityContext:
    windowsOptions:
      hostProcess: yes
      runAsUserName: {quoted}
  volumes:
  - name: {quoted}
    hostPath:
      path: {quoted}
  containers:
  - name: {quoted}
    image: {quoted}
    command: [{quoted}]
    volumeMounts:
    - name: {quoted}
      mountPath: {quoted}
"
    )
}

/// As a pipeline and a terminal read: the one command of the format itself is no injection.
fn assert_harmless(arguments: &[&str], output: &Output) {
    let shown = shown(output);
    let format = arguments.last().copied().unwrap_or_default();
    for line in shown.split(['\n', '\r']) {
        let own = if format == "azure-devops" { line.strip_prefix("##vso[task.logissue ") } else { None };
        let line = own.unwrap_or(line).to_ascii_lowercase();
        let is_command = line.contains("##[") || line.contains("##vso[");
        let is_own =
            format == "github" && ["::error ", "::warning ", "::notice "].iter().any(|own| line.starts_with(own));
        assert!(!is_command && (is_own || !line.trim_start().starts_with("::")), "{arguments:?}: {line}");
    }
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    let is_hidden = |c: char| steers(c) || matches!(c, '\u{202e}' | '\u{ad}' | '\u{fffe}' | '\u{ffff}');
    assert!(!shown.contains(is_hidden), "{arguments:?}: {shown:?}");
}

#[test]
fn injection_into_pipelines() {
    let folder = folder("injection");
    for hostile in HOSTILE {
        let texts = [
            pod(hostile),
            format!("apiVersion: v1\nkind: {}\nspec: {{hostProcess: [\n", quoted(hostile)),
            format!("apiVersion: v1\nkind: Pod\nspec: {}\n", quoted(hostile)),
            format!("{}# hostprocess: ignore[{hostile}] a\n", bad()),
        ];
        for (index, text) in texts.iter().enumerate() {
            write(&folder, "pod.yaml", text);
            for arguments in OUTPUTS {
                let arguments: Vec<&str> =
                    arguments.iter().map(|argument| if *argument == "FILE" { "pod.yaml" } else { argument }).collect();
                let output = hostprocess_in(&folder, &arguments);
                assert_harmless(&arguments, &output);
                assert!(index > 0 || !output.stdout.is_empty() || code(&output) == 2, "{arguments:?}");
                if arguments.last() == Some(&"junit") {
                    quick_junit::Report::deserialize_from_str(&String::from_utf8_lossy(&output.stdout)).expect("XML");
                }
            }
        }
    }
}

/// Readers of JSON get the names as they are.
#[test]
fn injection_leaves_the_values_of_json_as_they_are() {
    for hostile in HOSTILE {
        let output = hostprocess(&["check", "-", "-o", "json"], &pod(hostile));
        let objects = objects(&output);
        assert!(objects.len() == 1 && objects[0]["name"] == hostile, "{}", shown(&output));
    }
}

#[cfg(unix)]
#[test]
fn injection_by_the_name_of_a_file_or_the_configuration() {
    for (index, hostile) in HOSTILE.iter().filter(|hostile| !hostile.contains("\u{fffe}")).enumerate() {
        let folder = folder(&format!("injection-{index}"));
        let name = format!("{hostile}.yaml");
        write(&folder, &name, &pod(hostile));
        write(&folder, &format!("{hostile}/a.yaml"), "kind: [\n");
        for arguments in OUTPUTS {
            let arguments: Vec<&str> =
                arguments.iter().map(|argument| if *argument == "FILE" { "." } else { argument }).collect();
            assert_harmless(&arguments, &hostprocess_in(&folder, &arguments));
        }
        assert_harmless(&["fix"], &hostprocess_in(&folder, &["fix", "--write", &name]));
        write(&folder, ".hostprocess.yaml", &format!("{}: 1\nexclude: [{0}]\n", quoted(hostile)));
        assert_harmless(&["check"], &hostprocess_in(&folder, &["check", "."]));
        write(&folder, ".hostprocess.yaml", &format!("exclude: [\"x\\n{hostile}\"]\n"));
        assert_harmless(&["config"], &hostprocess_in(&folder, &["config"]));
        assert_harmless(&["explain"], &hostprocess_in(&folder, &["explain", hostile]));
    }
}
