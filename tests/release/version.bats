#!/usr/bin/env bats
# A release requires its version in every file.

bats_require_minimum_version 1.7.0

setup() {
  COPY=$BATS_TEST_TMPDIR/copy
  mkdir -p "$COPY/deploy/charts/windows-hostprocess" "$COPY/editors/vscode"
  cp -r hack metadata.yml Cargo.toml artifacthub-pkg.yml .pre-commit-hooks.yaml README.md deploy docs "$COPY"
  cp editors/vscode/package*.json "$COPY/editors/vscode"
  cd "$COPY" || return
  VERSION=$(hack/release/annotation.sh io.kubewarden.policy.version)
  printf '# Changelog\n\n## [Unreleased]\n- later\n\n## [%s] - 2026-01-01\n### Added\n- now\n\n## [0.0.1]\n- before\n' "$VERSION" >CHANGELOG.md
  printf 'appVersion: "%s"\n' "$VERSION" >deploy/charts/windows-hostprocess/Chart.yaml
  unset GITHUB_REPOSITORY
}

# rejects WORD...: asserts that the tag is rejected with these words in the message.
rejects() {
  run hack/release/version-check.sh "v$VERSION"
  echo "$output"
  [ "$status" -eq 1 ]
  local word
  for word; do [[ $output == *"$word"* ]]; done
}

@test "the tag of the version passes" {
  hack/release/version-check.sh "v$VERSION"
}

@test "another tag is rejected, with every file that has another version" {
  run hack/release/version-check.sh v99.0.0
  echo "$output"
  [ "$status" -eq 1 ]
  for file in metadata.yml Cargo.toml artifacthub-pkg.yml .pre-commit-hooks.yaml docs/ci.md Chart.yaml CHANGELOG.md vscode/package.json package-lock.json; do [[ $output == *"$file"* ]]; done
}

@test "a tag without v or with a suffix is rejected" {
  run ! hack/release/version-check.sh "$VERSION"
  run ! hack/release/version-check.sh "v$VERSION+build"
  run ! hack/release/version-check.sh
}

@test "one file with another version is rejected" {
  sed -i 's/^version = ".*"/version = "99.0.0"/' Cargo.toml
  rejects Cargo.toml 99.0.0
}

@test "an extension with another version is rejected, also where only the lock file has it" {
  sed -i 's/^      "version": ".*"/      "version": "99.0.0"/' editors/vscode/package-lock.json
  rejects package-lock.json 99.0.0
  [[ $output != *vscode/package.json* ]]
  sed -i 's/^  "version": ".*"/  "version": "98.0.0"/' editors/vscode/package.json
  rejects vscode/package.json 98.0.0
}

@test "an annotation with another version is rejected" {
  sed -i 's/policy.version: .*/policy.version: 99.0.0/' metadata.yml
  rejects metadata.yml 99.0.0
}

@test "a page, a recipe, the README or a hook with the tag of another version is rejected" {
  echo 'rev: v99.0.0' >>docs/ci.md
  rejects docs/ci.md: v99.0.0
  sed -i 's/:v[0-9][0-9.]*$/:v97.0.0/' docs/recipes.md
  rejects docs/recipes.md: v97.0.0
  sed -i 's/:v[0-9][0-9.]* check/:v98.0.0 check/' .pre-commit-hooks.yaml README.md
  rejects .pre-commit-hooks.yaml: README.md: v98.0.0
}

@test "a chart for another version of the policy is rejected" {
  echo 'appVersion: v99.0.0' >deploy/charts/windows-hostprocess/Chart.yaml
  rejects Chart.yaml 99.0.0
}

@test "a changelog without a section for the version is rejected" {
  printf '# Changelog\n\n## [Unreleased]\n' >CHANGELOG.md
  rejects CHANGELOG.md
}

@test "a fork that was not renamed is rejected with instructions" {
  GITHUB_REPOSITORY=someone/else rejects hack/rename.sh someone/else
  GITHUB_REPOSITORY=$(hack/release/annotation.sh io.kubewarden.policy.source | cut -d/ -f4-) hack/release/version-check.sh "v$VERSION"
}

@test "the notes of a release are its section of the changelog" {
  run hack/release/release-notes.sh "$VERSION"
  [ "$status" -eq 0 ]
  [ "$output" = $'### Added\n- now' ]
  run ! hack/release/release-notes.sh 99.0.0
}

@test "an annotation that does not exist is an error" {
  run ! hack/release/annotation.sh io.kubewarden.policy.versio
}
