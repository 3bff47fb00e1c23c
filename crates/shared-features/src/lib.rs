//! An empty crate. Only the dependencies in its `Cargo.toml` matter, which the command and the benchmark share.
//!
//! Cargo compiles a dependency with the union of the features that all packages in a build require. `make run` builds
//! the command without kube, `make test` builds everything, including kube and the dependencies of tests. Libraries
//! that Wasmtime uses would then get different features, and Wasmtime would be compiled a second time. Therefore the
//! features that `make test` adds to these libraries are always on. `hack/shared-features.py` lists features that are
//! missing here.
