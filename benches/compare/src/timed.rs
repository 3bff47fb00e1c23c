//! Times requests in Wasmtime with a fresh instance for every request, like policy-server.

use std::time::{Duration, Instant};

use wasmtime_provider::wasmtime::{Config, Engine, Module};
use wasmtime_provider::{EpochDeadlines, WasmtimeEngineProviderBuilder, WasmtimeEngineProviderPre};

/// Deadlines that no measured call reaches.
const DEADLINES: EpochDeadlines = EpochDeadlines { wapc_init: 1 << 30, wapc_func: 1 << 30 };

/// A guest ready to be timed.
pub struct Timed {
    pre: WasmtimeEngineProviderPre,
    /// The compile time.
    pub compile: Duration,
}

/// Median and spread of repeated measurements, in microseconds.
#[derive(Clone, Copy, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spread {
    /// Half of the measurements are below.
    pub median: f64,
    /// A tenth of the measurements are below.
    pub p10: f64,
    /// A tenth of the measurements are above.
    pub p90: f64,
}

impl Timed {
    /// Compiles a guest.
    ///
    /// # Errors
    /// Wasmtime cannot load the module.
    pub fn new(wasm: &[u8]) -> Result<Timed, Box<dyn std::error::Error>> {
        // policy-server interrupts guests by epochs, whose checks are compiled into the code.
        let engine = Engine::new(Config::new().epoch_interruption(true))?;
        let start = Instant::now();
        let module = Module::new(&engine, wasm)?;
        let compile = start.elapsed();
        let pre = WasmtimeEngineProviderBuilder::new().engine(engine).module(module).build_pre()?;
        Ok(Timed { pre, compile })
    }

    /// The time of one request: instantiation, call and response.
    ///
    /// # Errors
    /// The guest traps or returns an error.
    pub fn validate(&self, payload: &[u8]) -> Result<Duration, Box<dyn std::error::Error>> {
        let start = Instant::now();
        let provider = self.pre.rehydrate(Some(DEADLINES))?;
        let host = wapc::WapcHost::new(Box::new(provider), None)?;
        host.call("validate", payload)?;
        Ok(start.elapsed())
    }
}

/// Median and spread of durations.
pub fn spread(mut durations: Vec<Duration>) -> Spread {
    durations.sort();
    let at = |share: f64| durations[((durations.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    Spread { median: at(0.5), p10: at(0.1), p90: at(0.9) }
}
