//! The reader takes what `serde_json` takes, and reads the same.
//!
//! `cargo +nightly fuzz run json`
#![no_main]

#[path = "../../tests/json_reader/mod.rs"]
mod json_reader;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| json_reader::agrees(text).expect("agreement"));
