//! The policy's module in the runtime that policy-server uses: waPC over Wasmtime, a fresh instance for every call.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kubewarden_policy_sdk::response::ValidationResponse;
use kubewarden_policy_sdk::settings::SettingsValidationResponse;
use serde_json::{Value, json};
use wapc::WapcHost;
use wasmtime_provider::wasmtime::{Config, Engine, Module};
use wasmtime_provider::{EpochDeadlines, WasmtimeEngineProviderBuilder, WasmtimeEngineProviderPre};

/// How often the clock ticks that interrupts a guest.
const TICK: Duration = Duration::from_millis(10);
/// policy-server's default limit of two seconds, in ticks.
const LIMIT: u64 = 200;
/// What wasmtime-provider says of an interrupted guest; it has no type for it.
const INTERRUPTED: &str = "guest code interrupted, execution deadline exceeded";

/// Answers what a policy asks its host, by namespace, operation and payload.
pub type Capabilities = Arc<dyn Fn(&str, &str, &[u8]) -> Result<Vec<u8>, String> + Send + Sync>;

/// A compiled module.
#[derive(Clone)]
pub struct Host {
    module: WasmtimeEngineProviderPre,
}

/// Why a call of the module has no answer.
#[derive(Debug)]
pub enum CallError {
    /// It took longer than two seconds.
    Interrupted,
    /// The module trapped, or reported an error instead of an answer.
    Failed(String),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Interrupted => {
                f.write_str("Policy execution interrupted because it exceeded the allowed execution time")
            }
            CallError::Failed(message) => f.write_str(message),
        }
    }
}

impl Host {
    /// Compiles the module in a file.
    ///
    /// # Errors
    /// The file cannot be read, or it is no waPC module.
    pub fn load(path: &Path) -> Result<Host, String> {
        let describe = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
        let bytes = std::fs::read(path).map_err(|error| describe(&error))?;
        Host::compile(&bytes).map_err(|error| describe(&error))
    }

    /// Compiles a module.
    ///
    /// # Errors
    /// It is no waPC module.
    pub fn compile(bytes: &[u8]) -> Result<Host, String> {
        let mut config = Config::new();
        config.epoch_interruption(true);
        let engine = Engine::new(&config).map_err(|error| format!("{error:#}"))?;
        let module = Module::new(&engine, bytes).map_err(|error| format!("{error:#}"))?;
        let builder = WasmtimeEngineProviderBuilder::new().engine(engine.clone()).module(module);
        let module = builder.build_pre().map_err(|error| error.to_string())?;
        start_clock(&engine);
        Ok(Host { module })
    }

    /// Calls a function of a fresh instance.
    ///
    /// # Errors
    /// The module gave no answer.
    pub fn call(&self, function: &str, payload: &[u8], capabilities: &Capabilities) -> Result<Vec<u8>, CallError> {
        let deadlines = EpochDeadlines { wapc_init: LIMIT, wapc_func: LIMIT };
        let provider = self.module.rehydrate(Some(deadlines)).map_err(|error| CallError::Failed(error.to_string()))?;
        let capabilities = Arc::clone(capabilities);
        let instance = WapcHost::new(
            Box::new(provider),
            Some(Box::new(move |_, binding, namespace, operation, payload| {
                answer(&capabilities, binding, namespace, operation, payload).map_err(Into::into)
            })),
        );
        instance.and_then(|instance| instance.call(function, payload)).map_err(|error| {
            let message = error.to_string();
            if message.contains(INTERRUPTED) { CallError::Interrupted } else { CallError::Failed(message) }
        })
    }

    /// Asks the module for its verdict.
    ///
    /// # Errors
    /// The module gave no answer, or one that cannot be read.
    pub fn validate(
        &self,
        request: &Value,
        settings: &Value,
        capabilities: &Capabilities,
    ) -> Result<ValidationResponse, CallError> {
        let payload = json!({ "request": request, "settings": settings }).to_string();
        let response = self.call("validate", payload.as_bytes(), capabilities)?;
        serde_json::from_slice(&response).map_err(|error| CallError::Failed(format!("invalid response: {error}")))
    }

    /// Asks the module whether settings are valid.
    ///
    /// # Errors
    /// They are not; the text says why.
    pub fn validate_settings(&self, settings: &Value) -> Result<(), String> {
        let response = self
            .call("validate_settings", settings.to_string().as_bytes(), &no_capabilities())
            .map_err(|error| format!("Error invoking settings validation callback: {error}"))?;
        match serde_json::from_slice(&response) {
            Ok(SettingsValidationResponse { valid: true, .. }) => Ok(()),
            Ok(SettingsValidationResponse { message, .. }) => Err(message.unwrap_or_default()),
            Err(error) => Err(format!("invalid response: {error}")),
        }
    }
}

/// For policies that ask their host nothing.
pub fn no_capabilities() -> Capabilities {
    Arc::new(|namespace, operation, _| Err(format!("this host has no {namespace}/{operation}")))
}

/// Ticks as long as the engine lives.
fn start_clock(engine: &Engine) {
    let engine = engine.weak();
    std::thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    });
}

fn answer(
    capabilities: &Capabilities,
    binding: &str,
    namespace: &str,
    operation: &str,
    payload: &[u8],
) -> Result<Vec<u8>, String> {
    match (binding, namespace, operation) {
        ("kubewarden", "tracing", "log") => {
            eprintln!("policy: {}", String::from_utf8_lossy(payload).escape_debug());
            Ok(Vec::new())
        }
        ("kubewarden", ..) => capabilities(namespace, operation, payload),
        _ => Err(format!("unknown binding: {binding}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A waPC module by hand: the body of `__guest_call`, which gets the lengths of operation and payload.
    fn module(guest_call: &str) -> Host {
        let text = format!(
            r#"(module
                (import "wapc" "__guest_request" (func $request (param i32 i32)))
                (import "wapc" "__guest_response" (func $respond (param i32 i32)))
                (import "wapc" "__guest_error" (func $error (param i32 i32)))
                (memory (export "memory") 1)
                (data (i32.const 0) "out of order")
                (func (export "__guest_call") (param $op i32) (param $payload i32) (result i32) {guest_call}))"#
        );
        Host::compile(text.as_bytes()).expect("compiles")
    }

    #[test]
    fn an_echo_comes_back() {
        let echo = module(
            "(call $request (i32.const 100) (i32.const 200))
             (call $respond (i32.const 200) (local.get $payload)) (i32.const 1)",
        );
        let answer = echo.call("anything", b"payload", &no_capabilities()).expect("an answer");
        assert_eq!(answer, b"payload");
    }

    #[test]
    fn a_guest_that_never_ends_is_interrupted() {
        let endless = module("(loop $again (br $again)) (i32.const 1)");
        assert!(matches!(endless.call("validate", b"", &no_capabilities()), Err(CallError::Interrupted)));
    }

    #[test]
    fn traps_and_errors_are_told() {
        let trap = module("unreachable").call("validate", b"", &no_capabilities());
        assert!(matches!(trap, Err(CallError::Failed(_))), "{trap:?}");
        let error = module("(call $error (i32.const 0) (i32.const 12)) (i32.const 0)");
        let error = error.call("validate", b"", &no_capabilities()).expect_err("an error");
        assert!(error.to_string().contains("out of order"), "{error}");
        assert!(Host::compile(b"no module").is_err());
    }
}
