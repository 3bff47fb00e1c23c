//! The cost of a call in wasm instructions and memory, which is independent of the machine's load.
//!
//! waPC's own host gives no access to its store, so this is a minimal host: waPC's imports, and the few WASI functions that
//! `std` calls on start-up. It gives every query to the cluster the same answer.

use wasmtime_provider::wasmtime::{Caller, Config, Engine, Extern, Linker, Memory, Module, Result, Store};

/// The cost of one call of `validate`.
#[derive(Clone, Copy, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Executed instructions, as Wasmtime's fuel counts them.
    pub instructions: u64,
    /// Linear memory at the end of the call, in bytes. It never shrinks.
    pub memory: u64,
    /// Whether the guest accepted.
    pub accepted: bool,
}

struct Call {
    operation: Vec<u8>,
    payload: Vec<u8>,
    response: Vec<u8>,
    cluster: Vec<u8>,
}

/// A compiled guest whose instructions are counted.
pub struct Counted {
    engine: Engine,
    module: Module,
}

impl Counted {
    /// Compiles a guest.
    pub fn new(wasm: &[u8]) -> Result<Counted> {
        let engine = Engine::new(Config::new().consume_fuel(true))?;
        let module = Module::new(&engine, wasm)?;
        Ok(Counted { engine, module })
    }

    /// Calls `validate` in a fresh instance, with an empty list as the cluster's answer.
    pub fn validate(&self, payload: &[u8]) -> Result<Cost> {
        self.validate_with(payload, br#"{"items":[]}"#)
    }

    /// Calls `validate` in a fresh instance, with `cluster` as the cluster's answer in JSON.
    pub fn validate_with(&self, payload: &[u8], cluster: &[u8]) -> Result<Cost> {
        let (operation, payload_length) = (b"validate".to_vec(), payload.len());
        let call = Call { operation, payload: payload.to_vec(), response: Vec::new(), cluster: cluster.to_vec() };
        let mut store = Store::new(&self.engine, call);
        store.set_fuel(u64::MAX)?;
        let mut linker = Linker::new(&self.engine);
        add_imports(&mut linker)?;
        linker.define_unknown_imports_as_traps(&self.module)?;
        let instance = linker.instantiate(&mut store, &self.module)?;
        for start in ["_start", "_initialize", "wapc_init"] {
            if let Ok(function) = instance.get_typed_func::<(), ()>(&mut store, start) {
                function.call(&mut store, ())?;
            }
        }
        let guest_call = instance.get_typed_func::<(i32, i32), i32>(&mut store, "__guest_call")?;
        let before = store.get_fuel()?;
        guest_call.call(&mut store, ("validate".len() as i32, payload_length as i32))?;
        let instructions = before - store.get_fuel()?;
        let memory = instance.get_memory(&mut store, "memory").map_or(0, |memory| memory.data_size(&store) as u64);
        let accepted = store.data().response.windows(15).any(|text| text == br#""accepted":true"#);
        Ok(Cost { instructions, memory, accepted })
    }
}

fn add_imports(linker: &mut Linker<Call>) -> Result<()> {
    linker.func_wrap("wapc", "__guest_request", |mut caller: Caller<Call>, operation: i32, payload: i32| {
        let memory = memory(&mut caller);
        let (data, call) = memory.data_and_store_mut(&mut caller);
        data[operation as usize..][..call.operation.len()].copy_from_slice(&call.operation);
        data[payload as usize..][..call.payload.len()].copy_from_slice(&call.payload);
    })?;
    for function in ["__guest_response", "__guest_error"] {
        linker.func_wrap("wapc", function, |mut caller: Caller<Call>, start: i32, length: i32| {
            let memory = memory(&mut caller);
            let (data, call) = memory.data_and_store_mut(&mut caller);
            call.response = data[start as usize..][..length as usize].to_vec();
        })?;
    }
    linker.func_wrap(
        "wapc",
        "__host_call",
        |_: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32| -> i32 { 1 },
    )?;
    linker.func_wrap("wapc", "__host_response_len", |caller: Caller<Call>| caller.data().cluster.len() as i32)?;
    linker.func_wrap("wapc", "__host_response", |mut caller: Caller<Call>, start: i32| {
        let memory = memory(&mut caller);
        let (data, call) = memory.data_and_store_mut(&mut caller);
        data[start as usize..][..call.cluster.len()].copy_from_slice(&call.cluster);
    })?;
    // Fixed "random" bytes: the seed of hash maps must not change the count.
    linker.func_wrap(
        "wasi_snapshot_preview1",
        "random_get",
        |mut caller: Caller<Call>, start: i32, length: i32| -> i32 {
            let memory = memory(&mut caller);
            memory.data_mut(&mut caller)[start as usize..][..length as usize].fill(7);
            0
        },
    )?;
    linker.func_wrap(
        "wasi_snapshot_preview1",
        "environ_sizes_get",
        |mut caller: Caller<Call>, count: i32, size: i32| -> i32 {
            let memory = memory(&mut caller);
            let data = memory.data_mut(&mut caller);
            data[count as usize..][..4].fill(0);
            data[size as usize..][..4].fill(0);
            0
        },
    )?;
    linker.func_wrap("wasi_snapshot_preview1", "environ_get", |_: i32, _: i32| -> i32 { 0 })?;
    Ok(())
}

fn memory(caller: &mut Caller<Call>) -> Memory {
    match caller.get_export("memory") {
        Some(Extern::Memory(memory)) => memory,
        _ => panic!("every guest exports its memory"),
    }
}
