#!/usr/bin/env bash
# Checks that `make run` and `make bench` compile Wasmtime and all it needs with the features that `make test` does.
# Prints what differs: `crates/shared-features` is the place to name it.
set -euo pipefail
cd "$(dirname "$0")/.."

host=$(rustc -vV | sed -n 's/^host: //p')
tree() {
  cargo tree --locked --target "$host" --prefix none --no-dedupe -f '{p} {f}' "$@" | grep -v '(/' | sort -u
}

below_wasmtime=$(cargo tree --locked --target "$host" --prefix none --no-dedupe -e normal,build -f '{p}' -p wasmtime-provider | sort -u)
with_tests=$(tree -e normal,build,dev --workspace | grep -F "$below_wasmtime")
status=0
for selection in '-p hostprocess-cli --no-default-features' '-p compare'; do
  # shellcheck disable=SC2086
  missing=$(comm -23 <(tree -e normal,build $selection | grep -F "$below_wasmtime") <(printf '%s\n' "$with_tests"))
  if [ -n "$missing" ]; then
    printf 'cargo build %s would compile again, with these features:\n%s\n' "$selection" "$missing" >&2
    status=1
  fi
done
exit $status
