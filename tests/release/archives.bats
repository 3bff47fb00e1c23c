#!/usr/bin/env bats
# Released archives can be installed; any other file is rejected.

bats_require_minimum_version 1.7.0

TARGETS=(
  x86_64-unknown-linux-musl aarch64-unknown-linux-musl
  x86_64-apple-darwin aarch64-apple-darwin
  x86_64-pc-windows-msvc aarch64-pc-windows-msvc
)

# A release in a folder, with a script for the command.
setup() {
  cd "$BATS_TEST_DIRNAME/../.." || return
  VERSION=$(hack/release/annotation.sh io.kubewarden.policy.version)
  ARCHIVES=$BATS_TEST_TMPDIR/releases/v$VERSION
  mkdir -p "$ARCHIVES" "$BATS_TEST_TMPDIR/system"
  BINARY=$BATS_TEST_TMPDIR/binary
  printf '#!/bin/sh\necho "hostprocess %s"\n' "$VERSION" >"$BINARY"
  export HOSTPROCESS_RELEASES=file://$BATS_TEST_TMPDIR/releases
  unset RUNNER_ARCH
}

release() {
  local target
  for target in "${TARGETS[@]}"; do hack/release/package.sh "$BINARY" "$target" "$ARCHIVES"; done
  (cd "$ARCHIVES" && sha256sum hostprocess-* >SHA256SUMS)
}

# on SYSTEM MACHINE: replaces uname.
on() {
  printf '#!/bin/sh\n[ "$1" = -s ] && echo %s || echo %s\n' "$1" "$2" >"$BATS_TEST_TMPDIR/system/uname"
  chmod +x "$BATS_TEST_TMPDIR/system/uname"
  PATH=$BATS_TEST_TMPDIR/system:$PATH
}

@test "every system installs its own archive" {
  release
  local system machine name
  while read -r system machine name; do
    on "$system" "$machine"
    # A release with this archive only, so that installing another one fails.
    (cd "$ARCHIVES" && mkdir -p ../v1.0.0 && cp "$name" SHA256SUMS ../v1.0.0)
    hack/release/install.sh "$BATS_TEST_TMPDIR/$system-$machine" 1.0.0
    rm -r "$BATS_TEST_TMPDIR/releases/v1.0.0"
    ls "$BATS_TEST_TMPDIR/$system-$machine"/hostprocess*
  done <<'END'
Linux x86_64 hostprocess-x86_64-unknown-linux-musl.tar.gz
Linux aarch64 hostprocess-aarch64-unknown-linux-musl.tar.gz
Darwin x86_64 hostprocess-x86_64-apple-darwin.tar.gz
Darwin arm64 hostprocess-aarch64-apple-darwin.tar.gz
MINGW64_NT-10.0-26100 x86_64 hostprocess-x86_64-pc-windows-msvc.zip
MINGW64_NT-10.0-26100-ARM64 aarch64 hostprocess-aarch64-pc-windows-msvc.zip
END
}

@test "an installed command runs, and a later version replaces it" {
  release
  on Linux x86_64
  hack/release/install.sh "$BATS_TEST_TMPDIR/bin"
  hack/release/install.sh "$BATS_TEST_TMPDIR/bin" "v$VERSION"
  [ "$("$BATS_TEST_TMPDIR/bin/hostprocess")" = "hostprocess $VERSION" ]
}

@test "RUNNER_ARCH takes precedence over uname" {
  release
  on MINGW64_NT x86_64
  rm "$ARCHIVES/hostprocess-x86_64-pc-windows-msvc.zip"
  RUNNER_ARCH=ARM64 hack/release/install.sh "$BATS_TEST_TMPDIR/bin"
}

@test "an archive with another checksum is not installed" {
  release
  on Linux x86_64
  echo more >>"$ARCHIVES/hostprocess-x86_64-unknown-linux-musl.tar.gz"
  run hack/release/install.sh "$BATS_TEST_TMPDIR/bin"
  echo "$output"
  [ "$status" -eq 1 ]
  [[ $output == *'differs from SHA256SUMS'* ]]
  [ ! -e "$BATS_TEST_TMPDIR/bin" ]
}

@test "an archive that is missing from SHA256SUMS is not installed" {
  release
  on Linux x86_64
  sed -i /x86_64-unknown-linux-musl/d "$ARCHIVES/SHA256SUMS"
  run hack/release/install.sh "$BATS_TEST_TMPDIR/bin"
  [ "$status" -eq 1 ]
  [[ $output == *'does not contain'* ]]
  [ ! -e "$BATS_TEST_TMPDIR/bin" ]
}

@test "a system or a version without a release is an error" {
  release
  on FreeBSD amd64
  run hack/release/install.sh "$BATS_TEST_TMPDIR/bin"
  [ "$status" -eq 1 ]
  [[ $output == *'cargo install'* ]]
  on Linux riscv64
  run ! hack/release/install.sh "$BATS_TEST_TMPDIR/bin"
  on Linux x86_64
  run hack/release/install.sh "$BATS_TEST_TMPDIR/bin" 99.0.0
  [ "$status" -eq 1 ]
  [[ $output == *v99.0.0/hostprocess-x86_64-unknown-linux-musl.tar.gz* ]]
}

@test "the same binary gives the same archives" {
  release
  cp "$ARCHIVES/SHA256SUMS" "$BATS_TEST_TMPDIR/before"
  touch -d '2 days ago' "$BINARY"
  release
  diff "$BATS_TEST_TMPDIR/before" "$ARCHIVES/SHA256SUMS"
}

@test "the krew manifest names every archive with its checksum" {
  release
  run hack/release/krew-manifest.sh "$ARCHIVES/SHA256SUMS"
  [ "$status" -eq 0 ]
  local sum name
  while read -r sum name; do
    grep -A 1 "/v$VERSION/$name\$" <<<"$output" | grep "sha256: $sum"
  done <"$ARCHIVES/SHA256SUMS"
  [ "$(grep -c sha256 <<<"$output")" -eq ${#TARGETS[@]} ]

  sed -i /apple/d "$ARCHIVES/SHA256SUMS"
  run ! hack/release/krew-manifest.sh "$ARCHIVES/SHA256SUMS"
}

@test "the release workflow and cargo binstall have the same targets and file names" {
  # The targets of all jobs, in the order of the matrix.
  [ "$(sed -n 's/^ *- target: //p; s/^ *- {target: \([^,}]*\).*/\1/p' .github/workflows/release.yml)" = "$(printf '%s\n' "${TARGETS[@]}")" ]
  release
  local target url format
  for target in "${TARGETS[@]}"; do
    format=tgz url=$(sed -n 's/^pkg-url = "\(.*\)"/\1/p' cli/Cargo.toml)
    [[ $target != *windows* ]] || format=zip
    url=${url//'{ repo }'/$(hack/release/annotation.sh io.kubewarden.policy.source)}
    url=${url//'{ version }'/$VERSION} url=${url//'{ target }'/$target}
    url=${url//'{ archive-suffix }'/$([ $format = zip ] && echo .zip || echo .tar.gz)}
    echo "$url"
    [[ $url == */releases/download/v$VERSION/* ]]
    [ -e "$ARCHIVES/${url##*/}" ]
  done
}
