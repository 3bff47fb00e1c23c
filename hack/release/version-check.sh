#!/usr/bin/env bash
# Checks that every file that contains the version of a release has that of its tag.
#
#   hack/release/version-check.sh v1.2.3
#
# In GitHub Actions, also checks that metadata.yml names the repository that is being released.
set -euo pipefail
tag=${1:?usage: $0 TAG}
annotation=$(realpath "$(dirname "$0")/annotation.sh")
cd "$(dirname "$0")/../.."

failed=0
report() {
  echo "$*" >&2
  failed=1
}

# expect VERSION FILE FOUND: reports FILE if FOUND differs from VERSION.
expect() {
  [ "$3" = "$1" ] || report "$2 has version '$3', but the tag $tag needs '$1'"
}

[[ $tag =~ ^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || report "the tag must be v and a version, such as v1.2.3, not '$tag'"
version=${tag#v}
expect "$version" metadata.yml "$("$annotation" io.kubewarden.policy.version)"
expect "$version" Cargo.toml "$(sed -n '/^\[workspace.package\]/,/^\[workspace.dep/ s/^version = "\(.*\)"/\1/p' Cargo.toml)"
expect "$version" artifacthub-pkg.yml "$(sed -n 's/^version: *//p' artifacthub-pkg.yml)"
extension=editors/vscode
expect "$version" "$extension/package.json" "$(sed -n 's/^  "version": "\(.*\)",/\1/p' "$extension/package.json")"
# The lock file has the version twice.
locked=$(sed -n -e 's/^  "version": "\(.*\)",/\1/p' -e '/^    "": {/,/}/ s/^      "version": "\(.*\)",/\1/p' "$extension/package-lock.json")
expect "$version $version" "$extension/package-lock.json" "${locked//$'\n'/ }"
chart=deploy/charts/windows-hostprocess/Chart.yaml
if [ -e "$chart" ]; then
  app_version=$(sed -n 's/^appVersion: *"\{0,1\}v\{0,1\}\([^"]*\)"\{0,1\} *$/\1/p' "$chart")
  expect "$version" "$chart (appVersion)" "$app_version"
fi
grep -qF "## [$version]" CHANGELOG.md || report "CHANGELOG.md has no section '## [$version]'"

# In docs/ci.md every tag is one of this project; elsewhere only tags of images in its registry are.
policy=$("$annotation" io.kubewarden.policy.ociUrl)
tagged='v[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.-]*'
while IFS=: read -r file line other; do
  report "$file:$line has '$other', not $tag"
done < <(
  {
    grep -HnoE "$tagged" docs/ci.md
    grep -rnoE "${policy%/policies/*}/[a-z/-]+:$tagged" .pre-commit-hooks.yaml README.md deploy docs --exclude ci.md
  } | grep -v "$tag\$"
)

repository=https://github.com/${GITHUB_REPOSITORY:-}
source=$("$annotation" io.kubewarden.policy.source)
if [ -n "${GITHUB_REPOSITORY:-}" ] && [ "$source" != "$repository" ]; then
  report "metadata.yml names $source, but this is $repository: run hack/rename.sh $GITHUB_REPOSITORY EMAIL and commit"
fi
exit $failed
