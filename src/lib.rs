//! A Kubewarden policy for Windows HostProcess containers: is it allowed, will it start, does it do what the manifest
//! says?
//!
//! This file holds the waPC entry points. A request passes through these stages, which [`mod@judge`] runs in order:
//! payload bytes -> [`prescan`] -> [`decode`] -> [`admission`], with the pod and its effective values from [`k8s`] ->
//! [`cluster`] -> [`rules`], written in terms of [`windows`], [`node`] and [`settings`] -> [`finding`]s -> [`outcome`].
//! Modules do not import each other in cycles.

pub mod admission;
pub mod cluster;
pub mod decode;
pub mod finding;
pub mod judge;
pub mod k8s;
pub mod node;
pub mod order;
pub mod outcome;
pub mod prescan;
pub mod rules;
pub mod settings;
pub mod windows;
pub mod wording;

#[cfg(feature = "guest")]
use kubewarden_policy_sdk::protocol_version_guest;
use kubewarden_policy_sdk::settings::SettingsValidationResponse;
use kubewarden_policy_sdk::{accept_request, reject_request};
use wapc_guest::CallResult;
#[cfg(feature = "guest")]
use wapc_guest::register_function;

use cluster::host::{HOST, Host};
use judge::judge;
use outcome::response::MAX_LINE_BYTES;
use rules::rule::Rule;
use settings::validation::{Invalid, KnownRule};
use wording::line;

/// Called by the host once per instance, before anything else.
#[cfg(feature = "guest")]
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
/// No payload causes one: an unreadable payload is answered with code 400. If the prescan accepts a payload, only its
/// JSON syntax and the name of a kind have been checked.
pub fn validate(payload: &[u8]) -> CallResult {
    if prescan::matches_no_rule(payload) { accept_request() } else { decide(payload, HOST) }
}

/// [`validate`] without the prescan, with a given host to query the cluster through.
///
/// # Errors
/// No payload causes one.
pub fn decide(payload: &[u8], host: &dyn Host) -> CallResult {
    const BAD_REQUEST: u16 = 400;
    let response = judge(payload, host, |request, outcome| {
        if outcome.is_silent() { accept_request() } else { Ok(serde_json::to_vec(&outcome.into_response(request))?) }
    });
    response.unwrap_or_else(|unreadable| {
        reject_request(Some(line(&unreadable, MAX_LINE_BYTES)), Some(BAD_REQUEST), None, None)
    })
}

/// Validates settings: `Settings` in, `SettingsValidationResponse` out.
///
/// # Errors
/// No payload causes one: unreadable settings are reported as invalid.
pub fn validate_settings(payload: &[u8]) -> CallResult {
    let message = check_settings(payload).err().map(|invalid| invalid.to_string());
    Ok(serde_json::to_vec(&SettingsValidationResponse { valid: message.is_none(), message })?)
}

/// Checks settings.
///
/// # Errors
/// The settings are invalid; the error says where and why.
pub fn check_settings(settings: &[u8]) -> Result<(), Invalid> {
    settings::validation::validate(settings, &known_rules())
}

/// Reads settings from parsed JSON.
///
/// # Errors
/// The settings are invalid; the error says where and why.
pub fn read_settings<'t>(settings: &'t decode::Value<'t>) -> Result<settings::Settings<'t>, Invalid> {
    settings::validation::read_settings(settings, &known_rules())
}

fn known_rules() -> Vec<KnownRule> {
    rules::registry::all().map(Rule::known).collect()
}
