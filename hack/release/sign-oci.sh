#!/usr/bin/env bash
# Signs what was pushed to a registry with the identity of the workflow that runs this.
#
#   hack/release/sign-oci.sh REGISTRY/NAME@sha256:DIGEST
#
# Twice: Kubewarden and older tools verify the format before cosign 3, newer ones look for the other first.
set -euo pipefail
reference=${1:?usage: $0 REFERENCE}

cosign sign --yes --new-bundle-format=false --use-signing-config=false "$reference"
cosign sign --yes --new-bundle-format=true --use-signing-config=true "$reference"
