//! Any bytes get a response, and the prescan accepts no request with a finding.
//!
//! `cargo fuzz run validate`
#![no_main]

use libfuzzer_sys::fuzz_target;
use windows_hostprocess_policy::cluster::host::HOST;
use windows_hostprocess_policy::{decide, prescan, validate, validate_settings};

fuzz_target!(|payload: &[u8]| {
    validate(payload).expect("an answer");
    validate_settings(payload).expect("an answer");
    let in_full = decide(payload, HOST).expect("an answer");
    if prescan::matches_no_rule(payload) {
        let response: serde_json::Value = serde_json::from_slice(&in_full).expect("a response");
        assert!(
            response["warnings"].is_null() && (response["accepted"] == true || response["code"] == 400),
            "{response}"
        );
    }
});
