#!/usr/bin/env bash
# Signs an artifact in a registry with the identity of the running workflow.
#
#   hack/release/sign-oci.sh REGISTRY/NAME@sha256:DIGEST
#
# Signs it twice: Kubewarden and older tools verify the format before cosign 3, newer tools look for the new format first.
set -euo pipefail
reference=${1:?usage: $0 REFERENCE}

cosign sign --yes --new-bundle-format=false --use-signing-config=false "$reference"
cosign sign --yes --new-bundle-format=true --use-signing-config=true "$reference"
