#!/usr/bin/env bash
# Prints the manifest with which krew installs the command as `kubectl hostprocess`.
#
#   hack/release/krew-manifest.sh SHA256SUMS
set -euo pipefail
sums=$(realpath "${1:?usage: $0 SHA256SUMS}")
cd "$(dirname "$0")/../.."

version=$(hack/release/annotation.sh io.kubewarden.policy.version)
repository=$(hack/release/annotation.sh io.kubewarden.policy.source)

cat <<END
apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: hostprocess
spec:
  version: v$version
  homepage: $repository
  shortDescription: Check Windows HostProcess workloads
  description: |
    Finds the workloads in a cluster or in manifests that run as HostProcess
    containers on Windows nodes, and checks that they will start and behave as
    written. A Kubewarden policy enforces the same rules in the cluster.

      kubectl hostprocess scan -A
      kubectl hostprocess check manifests/
  platforms:
END
while read -r os architecture archive bin; do
  sha256=$(awk -v archive="$archive" '$2 == archive { print $1 }' "$sums")
  [ -n "$sha256" ] || { echo "$sums does not contain $archive" >&2; exit 1; }
  cat <<END
    - selector:
        matchLabels: {os: $os, arch: $architecture}
      uri: $repository/releases/download/v$version/$archive
      sha256: $sha256
      bin: $bin
END
done <<'END'
linux   amd64 hostprocess-x86_64-unknown-linux-musl.tar.gz  hostprocess
linux   arm64 hostprocess-aarch64-unknown-linux-musl.tar.gz hostprocess
darwin  amd64 hostprocess-x86_64-apple-darwin.tar.gz        hostprocess
darwin  arm64 hostprocess-aarch64-apple-darwin.tar.gz       hostprocess
windows amd64 hostprocess-x86_64-pc-windows-msvc.zip        hostprocess.exe
windows arm64 hostprocess-aarch64-pc-windows-msvc.zip       hostprocess.exe
END
