#!/usr/bin/env bash
# Installs Debian packages as root on Debian; otherwise prints the command to run and fails.
#
#   hack/install-debian.sh PACKAGE...
set -euo pipefail

if ! command -v apt-get >/dev/null; then
  printf 'not Debian: install the equivalent of %s\n' "$*" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  printf 'not root, so nothing is installed; run: sudo apt-get install -y --no-install-recommends %s\n' "$*" >&2
  exit 1
fi
{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "$@"; } >&2
