#!/usr/bin/env bats
# A fork is renamed by one command, in one commit.

bats_require_minimum_version 1.7.0

setup_file() {
  COPY=$BATS_FILE_TMPDIR/copy
  export COPY
  cd "$BATS_TEST_DIRNAME/../.." || return
  git rev-parse --git-dir >/dev/null 2>&1 || return 0
  git init -q "$COPY"
  # What will be committed, committed or not.
  git ls-files -coz --exclude-standard | xargs -0 tar -cf - --ignore-failed-read | tar -xf - -C "$COPY"
  git -C "$COPY" add -A
}

setup() {
  [ -d "$COPY" ] || skip 'this is not a clone of the repository'
  cd "$COPY" || return
  git checkout -q -- .
  OLD=$(hack/release/annotation.sh io.kubewarden.policy.source | cut -d/ -f4-)
  OLD_EMAIL=$(hack/release/annotation.sh io.kubewarden.policy.author | sed 's/.*<\(.*\)>/\1/')
  OLD_OWNER=${OLD%/*}
  # In pieces, or renaming back would rename this file too.
  OWNER=New-Owner
  NEW=$OWNER/new.name EMAIL=moved"@example.com"
}

@test "after it no address leads to the old repository" {
  git grep -qF "$OLD"
  git grep -qF "$OLD_EMAIL"
  hack/rename.sh "$NEW" "$EMAIL"
  run git grep -nF -e "$OLD" -e "ghcr.io/$OLD_OWNER" -e "$OLD_OWNER/policies" -e "$OLD_OWNER.github.io" -e "$OLD_EMAIL"
  echo "$output"
  [ "$status" -eq 1 ]
}

@test "what names the project agrees with itself" {
  hack/rename.sh "$NEW" "$EMAIL"
  grep -qx "repository = \"https://github.com/$NEW\"" Cargo.toml
  for annotation in url source; do
    [ "$(hack/release/annotation.sh io.kubewarden.policy.$annotation)" = "https://github.com/$NEW" ]
  done
  [ "$(hack/release/annotation.sh io.kubewarden.policy.ociUrl)" = "ghcr.io/${OWNER,,}/policies/windows-hostprocess" ]
  [[ $(hack/release/annotation.sh io.kubewarden.policy.author) == *"<$EMAIL>" ]]
  grep -q "registry://ghcr.io/${OWNER,,}/policies/windows-hostprocess:" deploy/base/clusteradmissionpolicy.yaml
}

@test "there and back again changes nothing" {
  hack/rename.sh "$NEW" "$EMAIL"
  hack/rename.sh "$OLD" "$OLD_EMAIL"
  git diff --exit-code
}

@test "a name that is none is refused" {
  run ! hack/rename.sh https://github.com/someone/else security@example.com
  run ! hack/rename.sh someone/else security
  git diff --exit-code
}
