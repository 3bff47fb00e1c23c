#!/usr/bin/env bash
# Lists, at the end of a run, the checks that were left out because of what is missing here.
#
#   hack/not-checked.sh helm|kubectl|kwctl|advisories...
#
# A program is listed where it is not installed, advisories always. Fails if anything is listed, unless NOT_CHECKED=ok.
set -euo pipefail

lines=()
for missing; do
  ! command -v "$missing" >/dev/null || continue
  case $missing in
    helm) lines+=("deploy/charts/, rendered by Helm, which is in no package registry: https://helm.sh/docs/intro/install") ;;
    kubectl) lines+=("deploy/overlays/, rendered by kubectl, of which Debian 12 has too old a version: https://kubernetes.io/docs/tasks/tools") ;;
    kwctl) lines+=("e2e.bats through kwctl (it went through 'hostprocess run'): https://github.com/kubewarden/kubewarden-controller/releases") ;;
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
