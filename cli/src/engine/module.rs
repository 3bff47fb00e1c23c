//! Runs a policy's module like policy-server does: waPC on Wasmtime, with a fresh instance for every call.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kubewarden_policy_sdk::response::ValidationResponse;
use kubewarden_policy_sdk::settings::SettingsValidationResponse;
use serde::Serialize;
use serde_json::{Value, json};
use wapc::WapcHost;
use wasmtime_provider::wasmtime::{self, Config};
use wasmtime_provider::{EpochDeadlines, WasmtimeEngineProviderBuilder, WasmtimeEngineProviderPre};
use windows_hostprocess_policy::wording::escaped;

use crate::engine::capabilities::{self, Capabilities};
use crate::engine::error::{CallError, CompileError, ModuleError, SettingsError};
use crate::files;

/// How often the epoch advances. Guests are interrupted at an epoch deadline.
const TICK_INTERVAL: Duration = Duration::from_millis(10);
/// The default time limit of policy-server for a call.
const MAX_TIME: Duration = Duration::from_secs(2);
/// The message of wasmtime-provider's error for an interrupted guest. The error has no type of its own.
const INTERRUPTED: &str = "guest code interrupted, execution deadline exceeded";

/// A compiled module.
#[derive(Clone)]
pub struct Module {
    provider: WasmtimeEngineProviderPre,
    max_time: Duration,
}

impl Module {
    /// Compiles the module in a file.
    ///
    /// # Errors
    /// The file cannot be read, or is not a waPC module.
    pub fn load(path: &Path) -> Result<Module, ModuleError> {
        if let Some(instead) = suggestion(path) {
            return Err(ModuleError::IsElsewhere { path: path.to_owned(), instead });
        }
        Module::compile(&files::read(path)?).map_err(|error| ModuleError::NotCompiled { path: path.to_owned(), error })
    }

    /// Compiles a module.
    ///
    /// # Errors
    /// The bytes are not a waPC module.
    pub fn compile(bytes: &[u8]) -> Result<Module, CompileError> {
        let mut config = Config::new();
        config.epoch_interruption(true);
        let engine = wasmtime::Engine::new(&config).map_err(|error| CompileError::Runtime(format!("{error:#}")))?;
        let module = wasmtime::Module::new(&engine, bytes).map_err(|error| {
            // Wasmtime reads other input as the text format, whose error messages continue with the offending line.
            let text = format!("{error:#}");
            CompileError::NotWebAssembly(text.lines().next().unwrap_or_default().to_owned())
        })?;
        let builder = WasmtimeEngineProviderBuilder::new().engine(engine.clone()).module(module);
        let provider = builder.build_pre().map_err(|error| CompileError::Runtime(error.to_string()))?;
        start_clock(&engine);
        Ok(Module { provider, max_time: MAX_TIME })
    }

    /// Sets the time limit of a call. The default is two seconds, as in policy-server.
    #[must_use]
    pub fn with_max_time(self, max_time: Duration) -> Module {
        Module { max_time, ..self }
    }

    /// Calls a function in a fresh instance.
    ///
    /// # Errors
    /// See [`CallError`].
    pub fn call(&self, function: &str, payload: &[u8], capabilities: &Capabilities) -> Result<Vec<u8>, CallError> {
        let ticks = u64::try_from(self.max_time.as_millis() / TICK_INTERVAL.as_millis()).unwrap_or(u64::MAX);
        let deadlines = EpochDeadlines { wapc_init: ticks, wapc_func: ticks };
        let provider =
            self.provider.rehydrate(Some(deadlines)).map_err(|error| CallError::Failed(error.to_string()))?;
        let capabilities = Arc::clone(capabilities);
        let instance = WapcHost::new(
            Box::new(provider),
            Some(Box::new(move |_, binding, namespace, operation, payload| {
                answer_guest(&capabilities, binding, namespace, operation, payload).map_err(Into::into)
            })),
        );
        instance.and_then(|instance| instance.call(function, payload)).map_err(|error| {
            let message = error.to_string();
            if message.contains(INTERRUPTED) { CallError::Interrupted } else { CallError::Failed(message) }
        })
    }

    /// Evaluates an admission request.
    ///
    /// # Errors
    /// The call failed, or its result is not a `ValidationResponse`.
    pub fn validate(
        &self,
        request: &impl Serialize,
        settings: &Value,
        capabilities: &Capabilities,
    ) -> Result<ValidationResponse, CallError> {
        let payload = json!({ "request": request, "settings": settings }).to_string();
        let response = self.call("validate", payload.as_bytes(), capabilities)?;
        serde_json::from_slice(&response).map_err(|error| CallError::Failed(format!("invalid response: {error}")))
    }

    /// Validates settings.
    ///
    /// # Errors
    /// The settings are not valid, or the call failed.
    pub fn validate_settings(&self, settings: &Value) -> Result<(), SettingsError> {
        let response = self.call("validate_settings", settings.to_string().as_bytes(), &capabilities::none())?;
        match serde_json::from_slice(&response)? {
            SettingsValidationResponse { valid: true, .. } => Ok(()),
            SettingsValidationResponse { message, .. } => Err(SettingsError::Refused(message.unwrap_or_default())),
        }
    }
}

/// Suggests a module for other arguments that `kwctl run` accepts as a policy, or that users confuse with a module.
fn suggestion(path: &Path) -> Option<String> {
    let text = path.to_str().unwrap_or_default();
    // `registry://ghcr.io/...` and `https://...`, and references without a scheme, such as `ghcr.io/a/policy:v1`.
    let (host, rest) = text.split_once('/').unwrap_or_default();
    let is_reference = host.contains('.') && !host.starts_with('.') && rest.contains(':') && !path.exists();
    if text.contains("://") || is_reference {
        let scheme = if is_reference && !text.contains("://") { "registry://" } else { "" };
        return Some(format!(
            "this command does not download modules; get it with `kwctl pull {scheme}{text} -o policy.wasm` and pass policy.wasm"
        ));
    }
    let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    is_yaml.then(|| {
        "this is YAML, not a module; pass the .wasm file that its spec.module names, and its spec.settings as settings"
            .to_owned()
    })
}

/// Advances the epoch of an engine until the engine is dropped.
fn start_clock(engine: &wasmtime::Engine) {
    let engine = engine.weak();
    std::thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK_INTERVAL);
        }
    });
}

fn answer_guest(
    capabilities: &Capabilities,
    binding: &str,
    namespace: &str,
    operation: &str,
    payload: &[u8],
) -> Result<Vec<u8>, String> {
    match (binding, namespace, operation) {
        ("kubewarden", "tracing", "log") => {
            let line = String::from_utf8_lossy(payload).escape_debug().to_string();
            eprintln!("policy: {}", escaped(&line));
            Ok(Vec::new())
        }
        ("kubewarden", ..) => capabilities(namespace, operation, payload),
        _ => Err(format!("unknown binding: {binding}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A waPC module with this body of `__guest_call`, whose parameters are the lengths of operation and payload.
    fn module(guest_call: &str) -> Module {
        let text = format!(
            r#"(module
                (import "wapc" "__guest_request" (func $request (param i32 i32)))
                (import "wapc" "__guest_response" (func $respond (param i32 i32)))
                (import "wapc" "__guest_error" (func $error (param i32 i32)))
                (memory (export "memory") 1)
                (data (i32.const 0) "out of order")
                (func (export "__guest_call") (param $op i32) (param $payload i32) (result i32) {guest_call}))"#
        );
        Module::compile(text.as_bytes()).expect("compiles")
    }

    #[test]
    fn a_call_returns_the_answer_of_the_guest() {
        let echo = module(
            "(call $request (i32.const 100) (i32.const 200))
             (call $respond (i32.const 200) (local.get $payload)) (i32.const 1)",
        );
        let answer = echo.call("anything", b"payload", &capabilities::none()).expect("an answer");
        assert_eq!(answer, b"payload");
    }

    #[test]
    fn a_guest_that_never_ends_is_interrupted() {
        let endless = module("(loop $again (br $again)) (i32.const 1)").with_max_time(Duration::from_millis(50));
        assert!(matches!(endless.call("validate", b"", &capabilities::none()), Err(CallError::Interrupted)));
    }

    #[test]
    fn traps_and_errors_are_reported() {
        let trap = module("unreachable").call("validate", b"", &capabilities::none());
        assert!(matches!(trap, Err(CallError::Failed(_))), "{trap:?}");
        let error = module("(call $error (i32.const 0) (i32.const 12)) (i32.const 0)");
        let error = error.call("validate", b"", &capabilities::none()).expect_err("an error");
        assert!(error.to_string().contains("out of order"), "{error}");
        let error = Module::compile(b"not a module").err().expect("refused").to_string();
        assert!(error.starts_with("not a WebAssembly module: ") && !error.contains('\n'), "{error}");
    }
}
