#!/usr/bin/env bash
# Checks that a released command works on this system, with the built-in rules and with the module in Wasmtime.
#
#   hack/release/smoke-test.sh HOSTPROCESS policy.wasm
set -euo pipefail
hostprocess=${1:?usage: $0 HOSTPROCESS MODULE}
module=${2:?usage: $0 HOSTPROCESS MODULE}
annotation=$(dirname "$0")/annotation.sh
examples=$(dirname "$0")/../../examples

# exits CODE ARGUMENT...: runs the command and checks its exit code.
exits() {
  local code=$1 status=0
  shift
  "$hostprocess" "$@" || status=$?
  [ $status -eq "$code" ] || { echo "hostprocess $*: exit $status instead of $code" >&2; exit 1; }
}

version=$("$hostprocess" --version)
[[ $version == "hostprocess $("$annotation" io.kubewarden.policy.version)"* ]] || { echo "wrong version: $version" >&2; exit 1; }
for engine in "" "--wasm=$module"; do
  exits 0 check ${engine:+"$engine"} "$examples/privileged-daemonset.yaml"
  exits 1 check ${engine:+"$engine"} "$examples/broken.yaml"
done
exits 0 explain not-allowed
