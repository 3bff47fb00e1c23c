#!/usr/bin/env bash
# Moves the project to another repository by replacing every address, including those in snapshots of tests.
#
#   hack/rename.sh OWNER/NAME EMAIL
#
# The names of the crate and the policy do not change.
set -euo pipefail
new=${1:?usage: $0 OWNER/NAME EMAIL}
email=${2:?usage: $0 OWNER/NAME EMAIL}
cd "$(dirname "$0")/.."

[[ $new =~ ^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$ ]] || { echo "expected OWNER/NAME, as on GitHub, not '$new'" >&2; exit 1; }
[[ $email =~ ^[^@\ ]+@[^@\ ]+$ ]] || { echo "expected an address such as security@example.com, not '$email'" >&2; exit 1; }

source=$(hack/release/annotation.sh io.kubewarden.policy.source)
old=${source#https://github.com/}
old_email=$(hack/release/annotation.sh io.kubewarden.policy.author | sed 's/.*<\(.*\)>/\1/')

# Registries and host names are in lower case.
lower() { tr '[:upper:]' '[:lower:]' <<<"$1"; }
old_owner=$(lower "${old%/*}") new_owner=$(lower "${new%/*}")

git grep -lzF -e "$old_owner" -e "$old" -e "$old_email" | xargs -0 sed -i \
  -e "s#${old//./\\.}#$new#g" \
  -e "s#ghcr\.io/$old_owner/#ghcr.io/$new_owner/#g" \
  -e "s#$old_owner/policies/#$new_owner/policies/#g" \
  -e "s#$old_owner\.github\.io/${old#*/}#$new_owner.github.io/${new#*/}#g" \
  -e "s#\"publisher\": \"$old_owner\"#\"publisher\": \"$new_owner\"#" \
  -e "s#${old_email//./\\.}#$email#g"
