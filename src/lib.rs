//! A Kubewarden policy for Windows HostProcess containers: may it run, will it run, does it mean what it says.
//!
//! The way of a request: payload bytes -> ([`prescan`]) -> [`request`] -> [`workload`] -> [`pod`] with effective values -> [`rules`] ->
//! [`finding`]s -> [`verdict`] -> response bytes.

pub mod cluster;
pub mod decode;
pub mod finding;
pub mod json;
pub mod pattern;
pub mod pod;
pub mod prescan;
pub mod quantity;
pub mod request;
pub mod rules;
pub mod selector;
pub mod settings;
pub mod verdict;
pub mod windows;
pub mod workload;

use kubewarden_policy_sdk::settings::SettingsValidationResponse;
use kubewarden_policy_sdk::{protocol_version_guest, reject_request};
use wapc_guest::{CallResult, register_function};

/// Called by the host once per instance, before anything else.
#[allow(unsafe_code, reason = "the host finds the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", validate_settings);
    register_function("protocol_version", protocol_version_guest);
}

/// Answers an admission request: `{"request": AdmissionRequest, "settings": Settings}` in, `ValidationResponse` out.
///
/// # Errors
/// None that a payload could cause: what cannot be read is rejected with code 400.
pub fn validate(payload: &[u8]) -> CallResult {
    if prescan::concerns_no_rule(payload) { accept() } else { decide(payload, cluster::HOST) }
}

/// [`validate`] without the short cut, and with somebody else to answer what the settings want to know of the cluster:
/// decodes the payload and runs the rules.
///
/// # Errors
/// None that a payload could cause.
pub fn decide(payload: &[u8], host: &dyn cluster::Host) -> CallResult {
    let document = kept_by_the_guest(json::Document::new(payload));
    let mut decoded = kept_by_the_guest(request::Payload::default());
    match decoded.read(&document) {
        Ok(()) => {
            let verdict = verdict::judge(&decoded.request, &decoded.settings, host);
            if verdict.findings.is_empty() {
                return accept();
            }
            Ok(serde_json::to_vec(&verdict.response(&decoded.request))?)
        }
        Err(_) if request::is_irrelevant(payload) => accept(),
        Err(error) => reject_unreadable(request::explain(payload, &error)),
    }
}

/// What a guest does not free one by one, because its memory goes as a whole: policy-server and kwctl make a new instance
/// for each request (read in policy-evaluator's `rehydrate`). In one that is used again some KB stay for each HostProcess
/// workload.
#[cfg(target_arch = "wasm32")]
fn kept_by_the_guest<T>(value: T) -> std::mem::ManuallyDrop<T> {
    std::mem::ManuallyDrop::new(value)
}

#[cfg(not(target_arch = "wasm32"))]
fn kept_by_the_guest<T>(value: T) -> T {
    value
}

/// The SDK's `accept_request()`, written out: serialising it took longer than scanning a small request.
fn accept() -> CallResult {
    Ok(ACCEPTED.to_vec())
}

const ACCEPTED: &[u8] =
    br#"{"accepted":true,"message":null,"code":null,"mutated_object":null,"audit_annotations":null,"warnings":null}"#;

fn reject_unreadable(message: String) -> CallResult {
    const BAD_REQUEST: u16 = 400;
    reject_request(Some(message), Some(BAD_REQUEST), None, None)
}

/// Answers whether settings are valid: `Settings` in, `SettingsValidationResponse` out.
///
/// # Errors
/// None that a payload could cause: what cannot be read is invalid.
pub fn validate_settings(payload: &[u8]) -> CallResult {
    let message = settings::Settings::read(&json::Document::new(payload)).err();
    Ok(serde_json::to_vec(&SettingsValidationResponse { valid: message.is_none(), message })?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn acceptance_is_what_the_sdk_writes() {
        let sdk = kubewarden_policy_sdk::accept_request().expect("an answer");
        assert_eq!(String::from_utf8_lossy(&sdk), String::from_utf8_lossy(super::ACCEPTED));
    }
}
