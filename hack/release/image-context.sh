#!/usr/bin/env bash
# Prepares the files that cli/Containerfile copies: the released commands by architecture, and this machine's certificates.
#
#   hack/release/image-context.sh ARCHIVES CONTEXT
set -euo pipefail
archives=$(realpath "${1:?usage: $0 ARCHIVES CONTEXT}")
context=${2:?usage: $0 ARCHIVES CONTEXT}

mkdir -p "$context/linux-amd64" "$context/linux-arm64"
tar -xzf "$archives/hostprocess-x86_64-unknown-linux-musl.tar.gz" -C "$context/linux-amd64" hostprocess
tar -xzf "$archives/hostprocess-aarch64-unknown-linux-musl.tar.gz" -C "$context/linux-arm64" hostprocess
cp "$(dirname "$0")/../../LICENSE" "$context/LICENSE"
cp /etc/ssl/certs/ca-certificates.crt "$context/ca-certificates.crt"
