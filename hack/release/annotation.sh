#!/usr/bin/env bash
# Prints an annotation of metadata.yml, such as the version, the repository or the registry.
#
#   hack/release/annotation.sh io.kubewarden.policy.version
set -euo pipefail
cd "$(dirname "$0")/../.."

value=$(sed -n "s/^  ${1//./\\.}: *//p" metadata.yml)
[ -n "$value" ] || { echo "metadata.yml has no annotation $1" >&2; exit 1; }
echo "$value"
