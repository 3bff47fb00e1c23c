//! Nothing: what matters is `Cargo.toml`, which the command and the benchmark depend on.
//!
//! Cargo compiles a dependency with the features that all of the packages it builds at that moment ask for. `make run` builds
//! the command without kube, `make test` all with kube and with what tests need; a library that Wasmtime uses, too, would get
//! other features then, and Wasmtime would be compiled a second time. So the features that `make test` adds to these
//! libraries are always on. `hack/shared-features.py` lists those that are missing here.
