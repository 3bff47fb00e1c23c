#!/usr/bin/env bash
# Lists, at the end of a run, the checks that were skipped because something is missing on this machine.
#
#   hack/not-checked.sh helm|kubectl|kwctl|advisories...
#
# A program is listed if it is not installed; `advisories` is always listed. Fails if anything is listed, unless NOT_CHECKED=ok.
set -euo pipefail

lines=()
for missing; do
  ! command -v "$missing" >/dev/null || continue
  case $missing in
    helm) lines+=("deploy/charts/, which Helm renders: https://helm.sh/docs/intro/install") ;;
    kubectl) lines+=("deploy/overlays/, which kubectl renders (Debian 12's is too old): https://kubernetes.io/docs/tasks/tools") ;;
    kwctl) lines+=("e2e.bats in kwctl (it ran in 'hostprocess run'): https://github.com/kubewarden/kubewarden-controller/releases") ;;
    advisories) lines+=("security advisories: https://github.com/RustSec/advisory-db could not be fetched") ;;
    *) echo "unknown: $missing" >&2; exit 2 ;;
  esac
done
[ ${#lines[@]} -gt 0 ] || exit 0
{
  echo
  echo "NOT CHECKED on this machine:"
  printf -- '- %s\n' "${lines[@]}"
} >&2
[ "${NOT_CHECKED:-}" = ok ]
