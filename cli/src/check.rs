//! `hostprocess check`: manifests in, findings with their places out.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::{self as policy_cluster, NoCluster};
use windows_hostprocess_policy::judge::{Unreadable, judge as judge_payload};
use windows_hostprocess_policy::settings::severity::Severity;

use crate::cluster::{self, Cluster};
use crate::host::{Capabilities, Host, no_capabilities};
use crate::manifest::{self, File, Object};
use crate::output;
use crate::run::load_settings;

/// The rule that [`Found`] names for an object that no rule could read.
pub const UNREADABLE: &str = "unreadable";

/// What `check` is given.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders (their .yaml, .yml and .json files, at any depth), or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The policy's settings, in YAML or JSON
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Overrides the profile of the settings
    #[arg(long, value_name = "P")]
    profile: Option<Profile>,
    /// How to show what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    output: Format,
    /// Ask this module instead of the built-in rules
    #[arg(long, value_name = "FILE")]
    wasm: Option<PathBuf>,
    /// Ask the cluster of the current kubeconfig for what the rules want to know; sets nodes.check
    #[arg(long)]
    cluster: bool,
}

/// The severities that hold where the settings name none.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Profile {
    /// Each rule's own default
    Default,
    /// Every warning denies, everything off warns
    Strict,
}

/// Forms of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a person: points into the manifests
    Text,
    /// For a program
    Json,
    /// For code scanning
    Sarif,
    /// For test reports
    Junit,
    /// For annotations of GitHub Actions
    Github,
}

/// Everything that was found in everything that was given.
#[derive(Debug)]
pub struct Report {
    /// In the order given.
    pub files: Vec<FileReport>,
}

/// A file, with what was found about its objects in their order.
#[derive(Debug)]
pub struct FileReport {
    /// The file; its objects have become records.
    pub file: File,
    /// One for each object.
    pub records: Vec<Record>,
}

/// What was found about one object.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the keys of the JSON output")]
pub struct Record {
    pub file: String,
    pub document: usize,
    pub kind: String,
    pub namespace: Option<String>,
    pub name: Option<String>,
    pub verdict: Answer,
    pub findings: Vec<Found>,
}

/// The sum of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Answer {
    Accept,
    Warn,
    Deny,
}

/// A finding with its place in the file.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the keys of the JSON output")]
pub struct Found {
    pub rule: String,
    #[serde(serialize_with = "as_name")]
    pub severity: Severity,
    pub path: String,
    pub line: usize,
    pub column: usize,
    pub message: String,
    pub fix: String,
    /// The name of the container that the field belongs to.
    #[serde(skip)]
    pub container: Option<String>,
    /// What to point at, in bytes.
    #[serde(skip)]
    pub place: std::ops::Range<usize>,
}

impl Record {
    /// `DaemonSet kube-system/agent`.
    pub fn title(&self) -> String {
        let namespace = self.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        format!("{} {namespace}{}", self.kind, self.name.as_deref().unwrap_or("(no name)"))
    }
}

impl Found {
    /// Where in the object, what is wrong and what to write instead, in a line.
    pub fn long_form(&self) -> String {
        let semicolon = if self.fix.is_empty() { "" } else { "; " };
        format!("{}{semicolon}{}", self.short_form(), self.fix)
    }

    /// Where in the object and what is wrong.
    pub fn short_form(&self) -> String {
        if self.path.is_empty() {
            return self.message.clone();
        }
        let container = self.container.as_ref().map(|name| format!(" (container '{name}')")).unwrap_or_default();
        format!("{}{container}: {}", self.path, self.message)
    }
}

fn as_name<S: serde::Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(severity.name())
}

/// Checks, prints, and gives the exit code: 0 when nothing is denied, 1 when something is, 2 when something could not
/// be read.
///
/// # Errors
/// The settings are not valid, or the module cannot be used.
pub fn check(args: &Args) -> Result<u8, String> {
    let judge = Judge::new(args)?;
    let report = judge.report(manifest::read(&args.paths))?;
    let to_terminal = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    match args.output {
        Format::Text => output::text::print(&report, to_terminal),
        Format::Json => output::json::print(&report),
        Format::Sarif => output::sarif::print(&report),
        Format::Junit => output::junit::print(&report),
        Format::Github => output::github::print(&report),
    }
    Ok(report.exit_code())
}

impl Report {
    /// All records.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.files.iter().flat_map(|file| &file.records)
    }

    fn exit_code(&self) -> u8 {
        if self.files.iter().any(|file| !file.file.problems.is_empty()) {
            2
        } else {
            u8::from(self.records().any(|record| record.verdict == Answer::Deny))
        }
    }
}

/// Who decides: the rules built into this program, or a module.
pub struct Judge {
    settings: Value,
    module: Option<Host>,
    cluster: Option<Arc<Cluster>>,
}

impl Judge {
    fn new(args: &Args) -> Result<Judge, String> {
        let mut settings = args.settings.as_deref().map_or_else(|| Ok(json!({})), load_settings)?;
        if let Some(profile) = args.profile {
            settings["profile"] = match profile {
                Profile::Default => json!("default"),
                Profile::Strict => json!("strict"),
            };
        }
        if args.cluster {
            check_nodes(&mut settings);
        }
        let module = args.wasm.as_deref().map(Host::load).transpose()?;
        let judge = Judge::with(settings, module)?;
        let cluster = args.cluster.then(Cluster::current).transpose()?.map(Arc::new);
        Ok(Judge { cluster, ..judge })
    }

    /// A judge with these settings, and a module unless the built-in rules decide.
    ///
    /// # Errors
    /// The settings are not valid.
    pub fn with(settings: Value, module: Option<Host>) -> Result<Judge, String> {
        match &module {
            Some(module) => module.validate_settings(&settings),
            None => windows_hostprocess_policy::check_settings(settings.to_string().as_bytes()),
        }
        .map_err(|message| format!("Provided settings are not valid: {message}"))?;
        Ok(Judge { settings, module, cluster: None })
    }

    /// Judges every object of every file.
    ///
    /// # Errors
    /// The module gave no answer.
    pub fn report(&self, files: Vec<File>) -> Result<Report, String> {
        let files = files.into_iter().map(|mut file| {
            let objects = std::mem::take(&mut file.objects);
            let records = objects.iter().map(|object| self.record(&file, object)).collect::<Result<_, String>>()?;
            Ok(FileReport { file, records })
        });
        files.collect::<Result<_, String>>().map(|files| Report { files })
    }

    /// Who answers the built-in rules.
    fn host(&self) -> &dyn policy_cluster::Host {
        match &self.cluster {
            Some(cluster) => &**cluster,
            None => &NoCluster,
        }
    }

    /// Who answers a module.
    fn capabilities(&self) -> Capabilities {
        match &self.cluster {
            Some(cluster) => cluster::capabilities(Arc::clone(cluster)),
            None => no_capabilities(),
        }
    }

    fn record(&self, file: &File, object: &Object) -> Result<Record, String> {
        let mut findings = match &self.module {
            Some(module) => ask(module, object, &self.settings, &self.capabilities())?,
            None => judge(object, &self.settings, self.host()),
        };
        for found in &mut findings {
            found.place = file.source.first_line(object.node.nearest(&found.path).place());
            (found.line, found.column) = file.source.line_and_column(found.place.start);
        }
        let worst = findings.iter().map(|found| found.severity).max();
        Ok(Record {
            file: file.source.name.clone(),
            document: object.document,
            kind: object.kind.clone(),
            namespace: object.namespace().map(str::to_owned),
            name: object.name().map(str::to_owned),
            verdict: match worst {
                Some(Severity::Deny) => Answer::Deny,
                Some(Severity::Warn) => Answer::Warn,
                _ => Answer::Accept,
            },
            findings,
        })
    }
}

/// Who names a cluster wants its nodes checked.
fn check_nodes(settings: &mut Value) {
    let nodes = settings.as_object_mut().map(|settings| settings.entry("nodes").or_insert_with(|| json!({})));
    if let Some(nodes) = nodes.and_then(Value::as_object_mut) {
        nodes.insert("check".to_owned(), Value::Bool(true));
    }
}

impl Found {
    fn new(severity: Severity, rule: &str, path: &str, message: &str, fix: &str) -> Found {
        Found {
            rule: rule.to_owned(),
            severity,
            path: path.to_owned(),
            message: message.to_owned(),
            fix: fix.to_owned(),
            container: None,
            line: 0,
            column: 0,
            place: 0..0,
        }
    }

    /// From what the policy says of an object that it cannot read:
    /// `the request could not be read: request.object.spec.hostNetwork: invalid type: ...`
    fn unreadable(message: &str) -> Found {
        let message = message.strip_prefix("the request could not be read: ").unwrap_or(message);
        let (path, message) =
            message.strip_prefix("request.object.").and_then(|rest| rest.split_once(": ")).unwrap_or(("", message));
        Found::new(Severity::Deny, UNREADABLE, path, message, "")
    }
}

/// Asks the built-in rules.
fn judge(object: &Object, settings: &Value, host: &dyn policy_cluster::Host) -> Vec<Found> {
    let payload = json!({ "request": object.admission_request(), "settings": settings }).to_string();
    match judge_payload(payload.as_bytes(), host, |_, outcome| outcome.findings) {
        Ok(findings) => findings
            .into_iter()
            .map(|finding| Found {
                container: finding.container,
                ..Found::new(finding.severity, finding.rule, &finding.path, &finding.message, &finding.fix)
            })
            .collect(),
        Err(Unreadable { path, message }) => {
            let path = path.strip_prefix("request.object.").unwrap_or_default();
            vec![Found::new(Severity::Deny, UNREADABLE, path, &message, "")]
        }
    }
}

/// Asks a module, and reads its findings out of its response. It reports what is denied with everything, of warnings
/// one of each rule and no fix.
fn ask(module: &Host, object: &Object, settings: &Value, capabilities: &Capabilities) -> Result<Vec<Found>, String> {
    let response =
        module.validate(&object.admission_request(), settings, capabilities).map_err(|error| error.to_string())?;
    let message = response.message.unwrap_or_default();
    let mut findings: Vec<Found> = message.lines().filter_map(denied).collect();
    if !response.accepted && findings.is_empty() {
        findings.push(Found::unreadable(&message));
    }
    findings.extend(response.warnings.iter().flatten().map(|warning| warned(warning)));
    let order = |rule: &str| windows_hostprocess_policy::rules::registry::all().position(|known| known.id == rule);
    findings.sort_by_key(|found| order(&found.rule).unwrap_or(usize::MAX));
    Ok(findings)
}

/// Reads `- {path} (container '{name}'): {message}; {fix} [{rule}]`.
fn denied(line: &str) -> Option<Found> {
    let (text, rule) = split_rule(line.strip_prefix("- ")?)?;
    let (path, text) = text.split_once(": ")?;
    let (message, fix) = text.rsplit_once("; ").unwrap_or((text, ""));
    let (path, container) = match path.split_once(" (container '") {
        Some((path, name)) => (path, Some(name.trim_end_matches("')").to_owned())),
        None => (path, None),
    };
    Some(Found { container, ..Found::new(Severity::Deny, rule, path, message, fix) })
}

/// Reads `{path}: {message} [{rule}]`.
fn warned(line: &str) -> Found {
    let (text, rule) = split_rule(line).unwrap_or((line, ""));
    let (path, message) = text.split_once(": ").unwrap_or(("", text));
    Found::new(Severity::Warn, rule, path, message, "")
}

fn split_rule(line: &str) -> Option<(&str, &str)> {
    line.strip_suffix(']')?.rsplit_once(" [")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_read_back() {
        let found = denied(
            "- spec.containers[0].command[1] (container 'a b'): 'x; y: z' is split; write \"x\" [cmd-metacharacters]",
        )
        .expect("a finding");
        assert_eq!(
            (found.path.as_str(), found.container.as_deref(), found.message.as_str(), found.fix.as_str()),
            ("spec.containers[0].command[1]", Some("a b"), "'x; y: z' is split", "write \"x\"")
        );
        assert_eq!(found.rule, "cmd-metacharacters");
        assert!(denied("See https://example").is_none());
        let found = warned("spec.os: is not set (and 2 more) [os-name]");
        assert_eq!((found.path.as_str(), found.message.as_str()), ("spec.os", "is not set (and 2 more)"));
        assert_eq!(warned("and 3 more rules warn about this object").path, "");
    }

    #[test]
    fn an_object_that_cannot_be_read_is_denied_at_its_field() {
        let file = File::parse("x", "apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: [1]\n".to_owned());
        let report = Judge::with(json!({}), None).expect("valid").report(vec![file]).expect("judged");
        let record = report.records().next().expect("one");
        assert_eq!(record.verdict, Answer::Deny);
        let found = &record.findings[0];
        assert_eq!((found.rule.as_str(), found.path.as_str(), found.line), (UNREADABLE, "spec.hostNetwork", 4));
        assert!(found.message.contains("expected a boolean"), "{}", found.message);
    }
}
