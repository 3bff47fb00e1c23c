//! A conventional policy: the SDK decodes the request and extracts the whole pod spec, of which one field is checked. Built like
//! kubewarden/policies: `cargo build --release --target wasm32-wasip1`, no flags, no wasm-opt.

use kubewarden_policy_sdk::request::ValidationRequest;
use kubewarden_policy_sdk::settings::Validatable;
use kubewarden_policy_sdk::{accept_request, protocol_version_guest, reject_request, validate_settings};
use wapc_guest::{CallResult, register_function};

#[derive(Default, serde::Deserialize, serde::Serialize)]
struct Settings {}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Called by the host once per instance.
#[allow(unsafe_code, reason = "the host finds the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", validate_settings::<Settings>);
    register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> CallResult {
    let request = ValidationRequest::<Settings>::new(payload)?;
    let Some(pod_spec) = request.extract_pod_spec_from_object()? else { return accept_request() };
    let options = pod_spec.security_context.and_then(|context| context.windows_options);
    match options.and_then(|options| options.host_process) {
        Some(true) if pod_spec.host_network != Some(true) => {
            reject_request(Some("hostNetwork must be true".to_owned()), None, None, None)
        }
        _ => accept_request(),
    }
}
