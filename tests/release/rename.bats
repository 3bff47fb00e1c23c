#!/usr/bin/env bats
# One command renames a fork.

bats_require_minimum_version 1.7.0

setup_file() {
  COPY=$BATS_FILE_TMPDIR/copy
  export COPY
  cd "$BATS_TEST_DIRNAME/../.." || return
  git rev-parse --git-dir >/dev/null 2>&1 || return 0
  git init -q "$COPY"
  # The working tree: tracked files, and untracked files that are not ignored.
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
  # In pieces, or renaming back would change this file as well.
  OWNER=New-Owner
  NEW=$OWNER/new.name EMAIL=moved"@example.com"
}

@test "no address of the old repository is left" {
  git grep -qF "$OLD"
  git grep -qF "$OLD_EMAIL"
  hack/rename.sh "$NEW" "$EMAIL"
  run git grep -nF -e "$OLD" -e "ghcr.io/$OLD_OWNER" -e "$OLD_OWNER/policies" -e "$OLD_OWNER.github.io" -e "$OLD_EMAIL"
  echo "$output"
  [ "$status" -eq 1 ]
}

@test "every file names the new repository" {
  hack/rename.sh "$NEW" "$EMAIL"
  grep -qx "repository = \"https://github.com/$NEW\"" Cargo.toml
  for annotation in url source; do
    [ "$(hack/release/annotation.sh io.kubewarden.policy.$annotation)" = "https://github.com/$NEW" ]
  done
  [ "$(hack/release/annotation.sh io.kubewarden.policy.ociUrl)" = "ghcr.io/${OWNER,,}/policies/windows-hostprocess" ]
  [[ $(hack/release/annotation.sh io.kubewarden.policy.author) == *"<$EMAIL>" ]]
  grep -q "\"url\": \"https://github.com/$NEW\"" editors/vscode/package.json
  grep -q "\"publisher\": \"${OWNER,,}\"" editors/vscode/package.json
  grep -q "registry://ghcr.io/${OWNER,,}/policies/windows-hostprocess:" deploy/base/clusteradmissionpolicy.yaml
}

@test "renaming back restores every file" {
  hack/rename.sh "$NEW" "$EMAIL"
  hack/rename.sh "$OLD" "$OLD_EMAIL"
  git diff --exit-code
}

@test "an invalid name is rejected" {
  run ! hack/rename.sh https://github.com/someone/else security@example.com
  run ! hack/rename.sh someone/else security
  git diff --exit-code
}
