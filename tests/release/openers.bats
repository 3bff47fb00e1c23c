#!/usr/bin/env bats
# hack/openers.sh on small repositories.

bats_require_minimum_version 1.7.0

setup() {
  OPENERS=$(realpath "$BATS_TEST_DIRNAME/../../hack/openers.sh")
  git init -q "$BATS_TEST_TMPDIR/repository"
  cd "$BATS_TEST_TMPDIR/repository" || return
}

# file PATH LINE...
file() {
  mkdir -p "$(dirname "$1")"
  printf '%s\n' "${@:2}" >"$1"
  git add "$1"
}

# passes PATH LINE...
passes() {
  file "$@"
  run "$OPENERS"
  echo "$output"
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}

# fails PATH LINE...: each line of the file, and no other, is listed.
fails() {
  file "$@"
  run "$OPENERS"
  echo "$output"
  [ "$status" -eq 1 ]
  local number=0 line
  for line in "${@:2}"; do
    number=$((number + 1))
    [[ $output == *"$1:$number:$line"* ]]
  done
  [ "${#lines[@]}" -eq $((number + 1)) ]
  [[ ${lines[number]} == *'.github/CONTRIBUTING.md'* ]]
}

@test "comments in Rust and TypeScript" {
  fails a.rs '// What a node does.' '/// Of the two, the first.' '//! Whoever reads it.' '    /// - Somebody else.' 'let a = 1; // What it is.'
  git rm -qf a.rs
  fails a.ts '/** What a node does. */' ' * Of the two.' '// Somebody else.'
}

@test "comments with a number sign" {
  local path
  for path in a.sh a.bats a.py a.yml a.toml Makefile; do
    fails "$path" '# What a node does.' "a $(printf %s '#') Of the two."
    git rm -qf "$path"
  done
}

@test "paragraphs, headings and list items of Markdown" {
  fails a.md 'What a node does.' '- Of the two.' '1. Whoever reads it.' '## What nodes do' '**Of the two** the first.' '> Somebody reads it.'
}

@test "descriptions and names in YAML" {
  fails a.yml 'name: What a node does' '  description: Of the two' '- name: "Whoever reads it"' '  Somebody reads it.'
}

@test "names of tests" {
  fails a.bats '@test "what a node does" {' '@test "Of two" {'
  git rm -qf a.bats
  fails a.ts 'test("what a node does", () => {' "  it('somebody else', () => {"
  git rm -qf a.ts
  fails a.rs 'fn what_a_node_does() {}' '    fn of_two() {}' 'pub fn nothing_is_lost() {}' 'fn whoever_reads() {}' 'fn whom_it_asks() {}' \
    'fn somebody_else() {}'
}

@test "other openers, questions and the heading of the rules' pages" {
  passes a.md '**What happens**' '## What happens?' 'What is it? A page.' 'How a node starts. What it does not.' '| What | Of |' 'Whatever it is.'
  passes a.rs '/// How a node starts.' 'let a = "What a node does";' '//! The text of "What happens".' 'fn of(a: u8) {}' 'fn offer() {}'
  passes a.yml 'name: Rust' 'description: The version of Rust' '# Whatever it is.'
  passes a.bats '# The names of tests.' '@test "the text of a node" {'
}

@test "generated and copied files" {
  passes LICENSE 'What a node does.'
  passes test_data/a/b.yaml '# What a node does.'
  passes tests/snapshots/a.snap 'What a node does.'
  passes docs/rules.md 'What a node does.'
}

@test "outside of a repository" {
  cd /
  run ! "$OPENERS"
}
