//! `hostprocess run`: one admission request through a module, as `kwctl run` does it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kubewarden_policy_sdk::response::ValidationResponse;
use recorded_cluster::Session;
use serde::Serialize;
use serde_json::{Value, json};

use crate::host::{CallError, Host};
use crate::replay;
use kubernetes_yaml as yaml;

/// Flags named as kwctl names them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The policy's module: a path, or a file:// URI
    #[arg(value_name = "POLICY.wasm")]
    policy: String,
    /// File with the admission request in JSON, an AdmissionReview or what is in its `request`; `-` for standard input
    #[arg(short, long, value_name = "PATH")]
    request_path: PathBuf,
    /// The settings, in JSON
    #[arg(long, value_name = "VALUE", conflicts_with = "settings_path")]
    settings_json: Option<String>,
    /// File with the settings, in YAML or JSON
    #[arg(short, long, value_name = "PATH")]
    settings_path: Option<PathBuf>,
    /// Let the policy ask for Kubernetes resources
    #[arg(long)]
    allow_context_aware: bool,
    /// File with recorded answers of a cluster, in the format of kwctl
    #[arg(long, value_name = "FILE")]
    replay_host_capabilities_interactions: Option<PathBuf>,
}

/// Evaluates, and gives the line to print. Whether the request is allowed or not, evaluating it succeeded.
///
/// # Errors
/// A file cannot be read, or the settings are not valid.
pub fn run(args: &Args) -> Result<String, String> {
    let request = read_request(&args.request_path)?;
    let settings = match (&args.settings_json, &args.settings_path) {
        (Some(json), _) => settings_of(json)?,
        (None, Some(path)) => load_settings(path)?,
        (None, None) => json!({}),
    };
    let session = args.replay_host_capabilities_interactions.as_deref().map(Session::load).transpose()?.map(Arc::new);
    let host = Host::load(Path::new(args.policy.strip_prefix("file://").unwrap_or(&args.policy)))?;

    host.validate_settings(&settings).map_err(|message| format!("Provided settings are not valid: {message}"))?;
    let capabilities = replay::capabilities(session.clone(), args.allow_context_aware);
    let uid = request.get("uid").and_then(Value::as_str).unwrap_or_default();
    let response = AdmissionResponse::of(uid, host.validate(&request, &settings, &capabilities));
    if let Some(left_over) = session.map(|session| session.left_over()).filter(|count| *count > 0) {
        eprintln!("warning: {left_over} of the recorded exchanges have not been replayed");
    }
    serde_json::to_string(&response).map_err(|error| error.to_string())
}

fn read_request(path: &Path) -> Result<Value, String> {
    let describe = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut text = String::new();
    if path.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).map_err(|error| describe(&error))?;
    } else {
        text = std::fs::read_to_string(path).map_err(|error| describe(&error))?;
    }
    let request: Value = serde_json::from_str(&text).map_err(|error| describe(&error))?;
    let request = match request.get("kind").and_then(Value::as_str) {
        Some("AdmissionReview") => request.get("request").cloned().ok_or_else(|| describe(&"it has no request"))?,
        _ => request,
    };
    if request.is_object() { Ok(request) } else { Err(describe(&"no AdmissionRequest")) }
}

/// Reads settings from a file.
///
/// # Errors
/// It cannot be read, or holds no mapping.
pub fn load_settings(path: &Path) -> Result<Value, String> {
    std::fs::read_to_string(path)
        .map_err(|error| error.to_string())
        .and_then(|text| settings_of(&text))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Settings in YAML or JSON; nothing is no settings.
fn settings_of(text: &str) -> Result<Value, String> {
    match yaml::documents(text).pop() {
        None => Ok(json!({})),
        Some(Ok(document)) if document.value.is_object() => Ok(document.value),
        Some(Ok(_)) => Err("settings are a mapping".to_owned()),
        Some(Err(error)) => {
            let (line, column) = crate::source::Source::new("", text.to_owned()).line_and_column(error.offset);
            Err(format!("{line}:{column}: {}", error.message))
        }
    }
}

/// What policy-server sends to Kubernetes: `AdmissionResponse` of admission.k8s.io/v1.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct AdmissionResponse {
    uid: String,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    audit_annotations: Option<BTreeMap<String, String>>,
    warnings: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct Status {
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
}

impl AdmissionResponse {
    fn of(uid: &str, response: Result<ValidationResponse, CallError>) -> AdmissionResponse {
        let response = match response {
            Ok(ValidationResponse { mutated_object: Some(_), .. }) => {
                return AdmissionResponse::failed(uid, "internal server error: this host runs no mutating policies");
            }
            Ok(response) => response,
            Err(error @ CallError::Interrupted) => return AdmissionResponse::failed(uid, &error.to_string()),
            Err(error) => return AdmissionResponse::failed(uid, &format!("internal server error: {error}")),
        };
        let has_status = response.message.is_some() || response.code.is_some();
        AdmissionResponse {
            uid: uid.to_owned(),
            allowed: response.accepted,
            status: has_status.then_some(Status { message: response.message, code: response.code }),
            audit_annotations: response.audit_annotations.map(BTreeMap::from_iter),
            warnings: response.warnings,
        }
    }

    fn failed(uid: &str, message: &str) -> AdmissionResponse {
        let status = Some(Status { message: Some(message.to_owned()), code: Some(500) });
        AdmissionResponse { uid: uid.to_owned(), status, ..AdmissionResponse::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(response: Result<ValidationResponse, CallError>) -> String {
        serde_json::to_string(&AdmissionResponse::of("1", response)).expect("serialisable")
    }

    fn response(json: &str) -> Result<ValidationResponse, CallError> {
        Ok(serde_json::from_str(json).expect("a response"))
    }

    #[test]
    fn responses_look_as_kwctl_prints_them() {
        assert_eq!(
            line(response(r#"{"accepted": true}"#)),
            r#"{"uid":"1","allowed":true,"auditAnnotations":null,"warnings":null}"#
        );
        assert_eq!(
            line(response(
                r#"{"accepted": false, "message": "no", "audit_annotations": {"b": "2", "a": "1"}, "warnings": ["w"]}"#
            )),
            r#"{"uid":"1","allowed":false,"status":{"message":"no"},"auditAnnotations":{"a":"1","b":"2"},"warnings":["w"]}"#
        );
        assert!(line(Err(CallError::Interrupted)).contains("exceeded the allowed execution time\",\"code\":500"));
        assert!(line(Err(CallError::Failed("x".to_owned()))).contains("internal server error: x"));
    }

    #[test]
    fn settings_are_yaml_or_json_mappings() {
        assert_eq!(settings_of("profile: strict"), Ok(json!({"profile": "strict"})));
        assert_eq!(settings_of(r#"{"allow": []}"#), Ok(json!({"allow": []})));
        assert_eq!(settings_of("# nothing"), Ok(json!({})));
        assert!(settings_of("[]").is_err());
        assert!(settings_of("a: [").expect_err("refused").starts_with('1'));
    }
}
