#!/usr/bin/env bash
# Builds the policy and the playground's linter twice from this commit, in different folders and with different Cargo homes, and
# compares the modules byte by byte.
#
#   hack/reproducible.sh
#
# Two machines may also have different compilers (`rust-version` in Cargo.toml) and versions of wasm-opt.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo_home=${CARGO_HOME:-$HOME/.cargo}
builds=$(mktemp -d)
trap 'rm -rf "$builds"' EXIT
unset CARGO_TARGET_DIR

# build FOLDER HOME: links to downloaded crates, to avoid downloading them again.
build() {
  mkdir -p "$builds/$1" "$builds/$2/registry"
  git archive HEAD | tar -x -C "$builds/$1"
  for downloaded in config.toml git; do
    [ ! -e "$cargo_home/$downloaded" ] || ln -s "$cargo_home/$downloaded" "$builds/$2/$downloaded"
  done
  for downloaded in index cache; do
    [ ! -e "$cargo_home/registry/$downloaded" ] || ln -s "$cargo_home/registry/$downloaded" "$builds/$2/registry/$downloaded"
  done
  local guest=$builds/$1/hack/build-guest.sh
  CARGO_HOME=$builds/$2 "$guest" windows-hostprocess-policy "$builds/$1-policy.wasm"
  CARGO_HOME=$builds/$2 "$guest" hostprocess-playground "$builds/$1-linter.wasm" guest wasm32-unknown-unknown
}

build one home
build a-folder-with-another-name another-home
sha256sum "$builds"/*.wasm
cmp "$builds"/*-policy.wasm
cmp "$builds"/*-linter.wasm
