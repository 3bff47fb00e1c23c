#!/usr/bin/env bash
# Installs the released `hostprocess` for this system after comparing its checksum with the release's SHA256SUMS.
#
#   hack/release/install.sh [FOLDER [VERSION]]
#
# FOLDER defaults to ~/.local/bin, VERSION to that of this checkout. HOSTPROCESS_RELEASES is another URL of the releases, for
# example a mirror.
set -euo pipefail

fail() {
  echo "install: $*" >&2
  exit 1
}

annotation=$(dirname "$0")/annotation.sh
folder=${1:-$HOME/.local/bin}
version=${2:-$("$annotation" io.kubewarden.policy.version)}
releases=${HOSTPROCESS_RELEASES:-$("$annotation" io.kubewarden.policy.source)/releases/download}

suffix=
archive_suffix=.tar.gz
case $(uname -s) in
  Linux) os=unknown-linux-musl ;;
  Darwin) os=apple-darwin ;;
  MINGW* | MSYS*)
    os=pc-windows-msvc
    suffix=.exe
    archive_suffix=.zip
    ;;
  *) fail "no release is built for $(uname -s): cargo install --locked --path cli" ;;
esac
# The bash of Git for Windows may be emulated and report the wrong architecture; GitHub's runners set the right one.
case ${RUNNER_ARCH:-$(uname -m)} in
  X64 | x86_64 | amd64) architecture=x86_64 ;;
  ARM64 | aarch64 | arm64) architecture=aarch64 ;;
  *) fail "no release is built for $(uname -m): cargo install --locked --path cli" ;;
esac
archive=hostprocess-$architecture-$os$archive_suffix

download=$(mktemp -d)
trap 'rm -rf "$download"' EXIT
for file in "$archive" SHA256SUMS; do
  curl -fsSL --retry 3 -o "$download/$file" "$releases/v${version#v}/$file" ||
    fail "could not download $releases/v${version#v}/$file"
done

checksum=sha256sum
command -v sha256sum >/dev/null || checksum='shasum -a 256'
(
  cd "$download"
  grep -F "  $archive" SHA256SUMS >expected || fail "SHA256SUMS does not contain $archive"
  $checksum -c expected >/dev/null || fail "the checksum of $archive differs from SHA256SUMS; nothing was installed"
  case $archive in
    *.zip) unzip -q "$archive" ;;
    *) tar -xzf "$archive" ;;
  esac
)
mkdir -p "$folder"
mv "$download/hostprocess$suffix" "$folder/hostprocess$suffix"
echo "installed $("$folder/hostprocess$suffix" --version) as $folder/hostprocess$suffix" >&2
