#!/usr/bin/env bash
# Commits the three files that Artifact Hub reads to the branch `artifacthub`.
#
#   hack/release/artifacthub-branch.sh [REMOTE]
#
# The work tree and the index are not changed.
set -euo pipefail
remote=${1:-origin}
cd "$(dirname "$0")/../.."

files=(artifacthub-repo.yml artifacthub-pkg.yml README.md)
version=$(hack/release/annotation.sh io.kubewarden.policy.version)
GIT_INDEX_FILE=$(mktemp -u)
export GIT_INDEX_FILE
trap 'rm -f "$GIT_INDEX_FILE"' EXIT
git add -f -- "${files[@]}"
tree=$(git write-tree)

parent=()
if git fetch -q "$remote" artifacthub 2>/dev/null; then
  parent=(-p FETCH_HEAD)
fi
commit=$(git commit-tree "$tree" "${parent[@]}" -m "Version $version")
git push -q "$remote" "$commit:refs/heads/artifacthub"
