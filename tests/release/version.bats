#!/usr/bin/env bats
# A release is only made of files that name its version.

bats_require_minimum_version 1.7.0

setup() {
  COPY=$BATS_TEST_TMPDIR/copy
  mkdir -p "$COPY/deploy/charts/windows-hostprocess"
  cp -r hack metadata.yml Cargo.toml artifacthub-pkg.yml .pre-commit-hooks.yaml README.md deploy docs "$COPY"
  cd "$COPY" || return
  VERSION=$(hack/release/annotation.sh io.kubewarden.policy.version)
  printf '# Changelog\n\n## [Unreleased]\n- later\n\n## [%s] - 2026-01-01\n### Added\n- now\n\n## [0.0.1]\n- before\n' "$VERSION" >CHANGELOG.md
  printf 'appVersion: "%s"\n' "$VERSION" >deploy/charts/windows-hostprocess/Chart.yaml
  unset GITHUB_REPOSITORY
}

# refuses WORD...: the tag, with these words in the message
refuses() {
  run hack/release/version-check.sh "v$VERSION"
  echo "$output"
  [ "$status" -eq 1 ]
  local word
  for word; do [[ $output == *"$word"* ]]; done
}

@test "the tag of the version passes" {
  hack/release/version-check.sh "v$VERSION"
}

@test "another tag is refused, with every file that says otherwise" {
  run hack/release/version-check.sh v99.0.0
  echo "$output"
  [ "$status" -eq 1 ]
  for file in metadata.yml Cargo.toml artifacthub-pkg.yml .pre-commit-hooks.yaml docs/ci.md Chart.yaml CHANGELOG.md; do [[ $output == *"$file"* ]]; done
}

@test "a tag without v, or with anything after the version, is refused" {
  run ! hack/release/version-check.sh "$VERSION"
  run ! hack/release/version-check.sh "v$VERSION+build"
  run ! hack/release/version-check.sh
}

@test "one file that was forgotten is refused" {
  sed -i 's/^version = ".*"/version = "99.0.0"/' Cargo.toml
  refuses Cargo.toml 99.0.0
}

@test "an annotation that was forgotten is refused" {
  sed -i 's/policy.version: .*/policy.version: 99.0.0/' metadata.yml
  refuses metadata.yml 99.0.0
}

@test "a page, a recipe, the README or a hook with the tag of another version is refused" {
  echo 'rev: v99.0.0' >>docs/ci.md
  refuses docs/ci.md: v99.0.0
  sed -i 's/:v[0-9][0-9.]*$/:v97.0.0/' docs/recipes.md
  refuses docs/recipes.md: v97.0.0
  sed -i 's/:v[0-9][0-9.]* check/:v98.0.0 check/' .pre-commit-hooks.yaml README.md
  refuses .pre-commit-hooks.yaml: README.md: v98.0.0
}

@test "a chart for another version of the policy is refused" {
  echo 'appVersion: v99.0.0' >deploy/charts/windows-hostprocess/Chart.yaml
  refuses Chart.yaml 99.0.0
}

@test "a changelog that has the version only as unreleased is refused" {
  printf '# Changelog\n\n## [Unreleased]\n' >CHANGELOG.md
  refuses CHANGELOG.md
}

@test "a fork that was not renamed is refused, and told how" {
  GITHUB_REPOSITORY=someone/else refuses hack/rename.sh someone/else
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
