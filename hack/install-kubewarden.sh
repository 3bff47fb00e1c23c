#!/usr/bin/env bash
# Downloads kwctl or policy-server for Linux on x86-64.
#
#   hack/install-kubewarden.sh FOLDER kwctl|policy-server...
#
# policy-server is copied from its image with docker; cosign verifies the image's signature.
set -euo pipefail
folder=$(realpath "${1:?usage: $0 FOLDER kwctl|policy-server...}")
shift

# The release and the checksum in the pipelines of kubewarden/policies.
version=v1.35.0
kwctl_sha256=2f518033989a897c2f502a2f4fa90b3ca666eee976a82d045abdea5022330341

download=$(mktemp -d)
trap 'rm -rf "$download"' EXIT

for program; do
  case $program in
    kwctl)
      curl -fsSL --retry 3 -o "$download/kwctl.zip" \
        "https://github.com/kubewarden/kubewarden-controller/releases/download/$version/kwctl-linux-x86_64.zip"
      echo "$kwctl_sha256  $download/kwctl.zip" | sha256sum -c --quiet -
      unzip -q "$download/kwctl.zip" kwctl-linux-x86_64 -d "$download"
      install -m 755 "$download/kwctl-linux-x86_64" "$folder/kwctl"
      ;;
    policy-server)
      image=ghcr.io/kubewarden/policy-server
      digest=$(docker buildx imagetools inspect "$image:$version" --format '{{.Manifest.Digest}}')
      cosign verify --certificate-oidc-issuer https://token.actions.githubusercontent.com \
        --certificate-identity-regexp '^https://github\.com/kubewarden/(kubewarden|adm)-controller/\.github/workflows/' \
        "$image@$digest" >/dev/null
      container=$(docker create "$image@$digest")
      docker cp "$container:/policy-server" "$folder/policy-server"
      docker rm "$container" >/dev/null
      ;;
    *) echo "expected kwctl or policy-server, not '$program'" >&2; exit 1 ;;
  esac
done
