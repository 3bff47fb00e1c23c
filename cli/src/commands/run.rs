//! `hostprocess run`: evaluates one admission request with a module, like `kwctl run`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hostprocess_linter::Settings;
use kubewarden_policy_sdk::response::ValidationResponse;
use serde::Serialize;
use serde_json::Value;

use crate::commands::error::Error;
use crate::documents::{load_request, load_session, load_settings};
use crate::engine::error::CallError;
use crate::engine::module::Module;
use crate::engine::replay;
use crate::output::escape;

/// The arguments of `run`, named as in kwctl.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The policy's module: a path, or a file:// URI
    #[arg(value_name = "POLICY.wasm")]
    policy: String,
    /// File with the admission request in JSON, an AdmissionReview or its `request`; `-` for standard input
    #[arg(short, long, value_name = "PATH")]
    request_path: PathBuf,
    /// The settings, in JSON
    #[arg(long, value_name = "VALUE", conflicts_with = "settings_path")]
    settings_json: Option<String>,
    /// File with the settings, in YAML or JSON
    #[arg(short, long, value_name = "PATH")]
    settings_path: Option<PathBuf>,
    /// Let the policy query Kubernetes resources
    #[arg(long)]
    allow_context_aware: bool,
    /// File with a cluster's answers, as recorded by kwctl
    #[arg(long, value_name = "FILE")]
    replay_host_capabilities_interactions: Option<PathBuf>,
}

/// Evaluates the request and returns the AdmissionResponse in JSON, even if the request is denied.
///
/// # Errors
/// A file cannot be read, or the settings are not valid.
pub fn run(args: &Args) -> Result<String, Error> {
    let module = Module::load(Path::new(args.policy.strip_prefix("file://").unwrap_or(&args.policy)))?;
    let request = load_request(&args.request_path)?;
    let settings = match (&args.settings_json, &args.settings_path) {
        (Some(json), _) => Settings::parse("--settings-json", json)?,
        (None, Some(path)) => load_settings(path)?,
        (None, None) => Settings::default(),
    };
    let settings = settings.value;
    let session = args.replay_host_capabilities_interactions.as_deref().map(load_session).transpose()?.map(Arc::new);

    module.validate_settings(&settings)?;
    let capabilities = replay::capabilities(session.clone(), args.allow_context_aware);
    let uid = request.get("uid").and_then(Value::as_str).unwrap_or_default();
    let response =
        AdmissionResponse::new(uid, request.get("object"), module.validate(&request, &settings, &capabilities));
    if let Some(left_over) = session.map(|session| session.left_over()).filter(|count| *count > 0) {
        eprintln!("warning: {left_over} of the recorded exchanges were not replayed");
    }
    Ok(escape::json_line(&response))
}

/// `AdmissionResponse` of admission.k8s.io/v1, with the keys that policy-server and kwctl fill in.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct AdmissionResponse {
    uid: String,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_type: Option<&'static str>,
    /// A JSON Patch in base64, from the object of the request to the object that the policy returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<String>,
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
    fn new(uid: &str, object: Option<&Value>, response: Result<ValidationResponse, CallError>) -> AdmissionResponse {
        let response = match response {
            Ok(response) => response,
            Err(error @ CallError::Interrupted) => return AdmissionResponse::failed(uid, &error.to_string()),
            Err(error) => return AdmissionResponse::failed(uid, &format!("internal server error: {error}")),
        };
        let patch = response.mutated_object.map(|mutated| {
            let patch = json_patch::diff(object.unwrap_or(&Value::Null), &mutated);
            STANDARD.encode(patch.to_string())
        });
        let has_status = response.message.is_some() || response.code.is_some();
        AdmissionResponse {
            uid: uid.to_owned(),
            allowed: response.accepted,
            patch_type: patch.is_some().then_some("JSONPatch"),
            patch,
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
    use serde_json::json;

    use super::*;

    fn line(response: Result<ValidationResponse, CallError>) -> String {
        serde_json::to_string(&AdmissionResponse::new("1", Some(&json!({ "a": 1 })), response)).expect("serialisable")
    }

    fn response(json: &str) -> Result<ValidationResponse, CallError> {
        Ok(serde_json::from_str(json).expect("a response"))
    }

    #[test]
    fn responses_have_the_format_of_kwctl() {
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
        assert_eq!(
            line(response(r#"{"accepted": true, "mutated_object": {"a": 1, "b": 2}}"#)),
            format!(
                r#"{{"uid":"1","allowed":true,"patchType":"JSONPatch","patch":"{}","auditAnnotations":null,"warnings":null}}"#,
                STANDARD.encode(r#"[{"op":"add","path":"/b","value":2}]"#)
            )
        );
        assert!(line(Err(CallError::Interrupted)).contains("exceeded the allowed execution time\",\"code\":500"));
        assert!(line(Err(CallError::Failed("x".to_owned()))).contains("internal server error: x"));
    }
}
