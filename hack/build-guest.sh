#!/usr/bin/env bash
# Builds a guest (a cdylib package of this workspace) for WebAssembly.
#
#   hack/build-guest.sh PACKAGE OUTPUT.wasm [PROFILE [TARGET]]
#
# PROFILE is `guest` (the default), whose module is also optimised by wasm-opt, or another profile of Cargo.toml. TARGET is
# wasm32-wasip1 (the default), which Kubewarden's hosts expect, or wasm32-unknown-unknown for a guest without WASI.
#
# Uses the first toolchain that works here, and reports it with the reason:
#   1. rustup's target, if it is installed or can be added;
#   2. Debian's toolchain, which includes the sources of std and so needs no prebuilt target. As root on Debian, missing
#      packages are installed; otherwise the command to run is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

package=${1:?usage: $0 PACKAGE OUTPUT.wasm [PROFILE [TARGET]]}
output=${2:?usage: $0 PACKAGE OUTPUT.wasm [PROFILE [TARGET]]}
profile=${3:-guest}
target=${4:-wasm32-wasip1}
target_dir=${CARGO_TARGET_DIR:-target}
debian_packages=(rustc-web cargo-web rust-web-src lld-19 wasi-libc)

say() { printf 'build-guest: %s\n' "$*" >&2; }

# Compiler wrappers such as sccache do not support the second toolchain, and Cargo cannot use make's job server.
unset RUSTC_WRAPPER MAKEFLAGS

rustup_target_installed() {
  local sysroot
  sysroot=$(rustc --print sysroot 2>/dev/null) && [ -d "$sysroot/lib/rustlib/$target/lib" ]
}

# The profile `release` is for the conventional policy of the benchmarks, which is built without flags.
flags=
if [ "$profile" = guest ]; then
  # Wasmtime, which Kubewarden's hosts use, and browsers enable 128-bit SIMD by default; memchr searches with it.
  flags='-C target-feature=+simd128'
  # Less inlining than at opt-level 2 and no unrolling make the policy a sixth smaller and no slower.
  flags+=' -C llvm-args=-inline-threshold=60 -C llvm-args=-unroll-threshold=0'
  # Panics contain paths of source files: without the local path of the registry the module is smaller and reproducible.
  flags+=" --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=crates"
fi

# The feature that only the module needs, not the tests or the linter.
features=()
if [ "$package" = windows-hostprocess-policy ]; then
  features=(--features guest)
fi

build_with_rustup() {
  RUSTFLAGS=$flags cargo build --locked --profile "$profile" --target "$target" -p "$package" --lib "${features[@]}"
}

debian_toolchain_installed() {
  [ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ] && command -v wasm-ld-19 >/dev/null &&
    [ -d /usr/lib/wasm32-wasi ] && [ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library" ]
}

build_with_debian() {
  # RUSTC_BOOTSTRAP enables -Zbuild-std, which builds std from Debian's sources. With PATH, cargo finds its own rustc first.
  PATH=/usr/bin:$PATH RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
    CARGO_TARGET_WASM32_WASIP1_LINKER=wasm-ld-19 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19 RUSTFLAGS="-L /usr/lib/wasm32-wasi $flags" \
    /usr/bin/cargo build --locked --profile "$profile" --target "$target" -p "$package" --lib "${features[@]}" -Zbuild-std=std,panic_abort
}

if rustup_target_installed; then
  say "using the installed $target target of the Rust toolchain"
  build_with_rustup
elif command -v rustup >/dev/null && rustup target add "$target" >/dev/null 2>&1; then
  say "using rustup's $target target, which was just added"
  build_with_rustup
elif debian_toolchain_installed; then
  say "using Debian's toolchain, because rustup's $target target is not installed and cannot be downloaded"
  build_with_debian
elif hack/install-debian.sh "${debian_packages[@]}" && debian_toolchain_installed; then
  say "using Debian's toolchain, which was just installed, because rustup's $target target cannot be downloaded"
  build_with_debian
else
  say "cannot build for $target. Do one of these:"
  say "  rustup target add $target"
  say "  on Debian 12 or newer, as root: apt-get install -y --no-install-recommends ${debian_packages[*]}"
  exit 1
fi

module=$target_dir/$target/$profile/${package//-/_}.wasm
if [ "$profile" != guest ]; then
  cp "$module" "$output"
  say "$output: $(wc -c <"$output") bytes, not optimised by wasm-opt"
  exit
fi
# Features that rustc's LLVM emits for this target and that older releases of wasm-opt do not enable by default.
features=(--enable-bulk-memory --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int
  --enable-reference-types --enable-multivalue --enable-simd)
if ! command -v wasm-opt >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "installing wasm-opt, without which the module is a sixth larger"
  hack/install-debian.sh binaryen || say "could not install it"
fi
if command -v wasm-opt >/dev/null && wasm-opt -O3 --merge-similar-functions -O3 "${features[@]}" --strip-debug -o "$output.optimised" "$module" 2>/dev/null; then
  say "optimised by $(wasm-opt --version)"
  mv "$output.optimised" "$output"
else
  rm -f "$output.optimised"
  cp "$module" "$output"
fi
say "$output: $(wc -c <"$output") bytes"
