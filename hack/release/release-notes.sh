#!/usr/bin/env bash
# Prints the section of CHANGELOG.md for a version.
#
#   hack/release/release-notes.sh 1.2.3
set -euo pipefail
cd "$(dirname "$0")/../.."

notes=$(awk -v heading="## [${1:?usage: $0 VERSION}]" '/^## / { found = index($0, heading) == 1; next } found' CHANGELOG.md)
[ -n "$notes" ] || { echo "CHANGELOG.md has no text under '## [$1]'" >&2; exit 1; }
echo "$notes"
