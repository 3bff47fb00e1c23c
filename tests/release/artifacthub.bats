#!/usr/bin/env bats
# The branch that Artifact Hub reads.

bats_require_minimum_version 1.7.0

setup() {
  REMOTE=$BATS_TEST_TMPDIR/remote.git COPY=$BATS_TEST_TMPDIR/copy
  git init -q --bare "$REMOTE"
  git init -q "$COPY"
  cp -r "$BATS_TEST_DIRNAME"/../../{hack,metadata.yml,artifacthub-pkg.yml,README.md} "$COPY"
  cd "$COPY" || return
  export GIT_AUTHOR_NAME=release GIT_AUTHOR_EMAIL=release@example.com GIT_COMMITTER_NAME=release GIT_COMMITTER_EMAIL=release@example.com
  echo 'repositoryID: 00000000-0000-0000-0000-000000000000' >artifacthub-repo.yml
  git add . && git commit -qm start
}

published() {
  git --git-dir="$REMOTE" "$@"
}

@test "the first release creates the branch with three files" {
  hack/release/artifacthub-branch.sh "$REMOTE"
  [ "$(published ls-tree --name-only artifacthub | xargs)" = 'README.md artifacthub-pkg.yml artifacthub-repo.yml' ]
  published show artifacthub:artifacthub-pkg.yml | diff - artifacthub-pkg.yml
}

@test "the next release adds a commit" {
  hack/release/artifacthub-branch.sh "$REMOTE"
  sed -i 's/policy.version: .*/policy.version: 99.0.0/' metadata.yml
  echo '# changed' >>artifacthub-pkg.yml
  hack/release/artifacthub-branch.sh "$REMOTE"
  [ "$(published log --format=%s artifacthub | head -1)" = 'Version 99.0.0' ]
  [ "$(published rev-list --count artifacthub)" -eq 2 ]
  published show artifacthub:artifacthub-pkg.yml | grep '# changed'
}

@test "the checkout is unchanged" {
  echo '# changed' >>artifacthub-pkg.yml
  before=$(git status --porcelain)
  hack/release/artifacthub-branch.sh "$REMOTE"
  [ "$(git status --porcelain)" = "$before" ]
  [ "$(git log --oneline | wc -l)" -eq 1 ]
}

@test "without artifacthub-repo.yml nothing is published" {
  rm artifacthub-repo.yml
  run ! hack/release/artifacthub-branch.sh "$REMOTE"
  run ! published rev-parse -q --verify artifacthub
}
