#!/usr/bin/env bats
# The pipelines of docs/ci.md, with a release in a folder.

bats_require_minimum_version 1.7.0

setup() {
  cd "$BATS_TEST_DIRNAME/../.." || return
  RELEASES=$BATS_TEST_TMPDIR/releases
  ARCHIVES=$RELEASES/v$(hack/release/annotation.sh io.kubewarden.policy.version)
  mkdir -p "$ARCHIVES" "$BATS_TEST_TMPDIR/job"
  printf '#!/bin/sh\necho "$@"\n' >"$BATS_TEST_TMPDIR/binary"
  hack/release/package.sh "$BATS_TEST_TMPDIR/binary" x86_64-unknown-linux-musl "$ARCHIVES"
  (cd "$ARCHIVES" && sha256sum hostprocess-* >SHA256SUMS)
}

azure() {
  sed -n '/^## Azure/,/displayName/ s/^      //p' docs/ci.md
}

gitlab() {
  echo 'set -e'
  sed -n '/^## GitLab/,/artifacts:/ s/^    - //p' docs/ci.md | grep -v '^apk '
}

# job SCRIPT: runs it like a CI job, without the network.
job() {
  local script
  script=$("$1" | sed "s#https://.*/releases/download#file://$RELEASES#")
  cd "$BATS_TEST_TMPDIR/job" || return
  run bash -c "$script"
  echo "$output"
}

@test "Azure Pipelines" {
  job azure
  [ "$status" -eq 0 ]
  [[ $output == *'check --config .hostprocess.yaml -o azure-devops -o junit=hostprocess.xml manifests' ]]
}

@test "GitLab" {
  job gitlab
  [ "$status" -eq 0 ]
  [[ $output == *'check --config .hostprocess.yaml -o text -o junit=hostprocess.xml manifests' ]]
}

@test "a download with another checksum is not run" {
  echo more >>"$ARCHIVES/hostprocess-x86_64-unknown-linux-musl.tar.gz"
  for pipeline in azure gitlab; do
    job "$pipeline"
    [ "$status" -ne 0 ]
    [[ $output != *'check -o'* ]]
    cd "$BATS_TEST_DIRNAME/../.."
  done
}
