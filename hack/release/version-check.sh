#!/usr/bin/env bash
# Whether everything that names the version of a release names the same one as its tag.
#
#   hack/release/version-check.sh v1.2.3
#
# In GitHub Actions, also whether metadata.yml names the repository that is being released.
set -euo pipefail
tag=${1:?usage: $0 TAG}
annotation=$(realpath "$(dirname "$0")/annotation.sh")
cd "$(dirname "$0")/../.."

failed=0
complain() {
  echo "$*" >&2
  failed=1
}

# expect VERSION FILE FOUND
expect() {
  [ "$3" = "$1" ] || complain "$2 says '$3', the tag $tag wants '$1'"
}

[[ $tag =~ ^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || complain "the tag must be v and a version, not '$tag'"
version=${tag#v}
expect "$version" metadata.yml "$("$annotation" io.kubewarden.policy.version)"
expect "$version" Cargo.toml "$(sed -n '/^\[workspace.package\]/,/^\[workspace.dep/ s/^version = "\(.*\)"/\1/p' Cargo.toml)"
expect "$version" artifacthub-pkg.yml "$(sed -n 's/^version: *//p' artifacthub-pkg.yml)"
chart=deploy/charts/windows-hostprocess/Chart.yaml
if [ -e "$chart" ]; then
  app_version=$(sed -n 's/^appVersion: *"\{0,1\}v\{0,1\}\([^"]*\)"\{0,1\} *$/\1/p' "$chart")
  expect "$version" "$chart (appVersion)" "$app_version"
fi
grep -qF "## [$version]" CHANGELOG.md || complain "CHANGELOG.md has no section '## [$version]'"

# Whatever looks like a tag in the page on pipelines is one of ours, and elsewhere what stands behind a name in our registry.
policy=$("$annotation" io.kubewarden.policy.ociUrl)
tagged='v[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.-]*'
while IFS=: read -r file line other; do
  complain "$file:$line says '$other', not $tag"
done < <(
  {
    grep -HnoE "$tagged" docs/ci.md
    grep -rnoE "${policy%/policies/*}/[a-z/-]+:$tagged" .pre-commit-hooks.yaml README.md deploy docs --exclude ci.md
  } | grep -v "$tag\$"
)

repository=https://github.com/${GITHUB_REPOSITORY:-}
source=$("$annotation" io.kubewarden.policy.source)
if [ -n "${GITHUB_REPOSITORY:-}" ] && [ "$source" != "$repository" ]; then
  complain "metadata.yml names $source, but this is $repository: run hack/rename.sh $GITHUB_REPOSITORY EMAIL and commit"
fi
exit $failed
