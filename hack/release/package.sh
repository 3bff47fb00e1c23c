#!/usr/bin/env bash
# Packages the command for a release: as a ZIP file for Windows, as a tar archive for other systems.
#
#   hack/release/package.sh BINARY TARGET FOLDER
#
# Prints the name of the archive. The same binary gives an identical archive.
set -euo pipefail
binary=$(realpath "${1:?usage: $0 BINARY TARGET FOLDER}")
target=${2:?usage: $0 BINARY TARGET FOLDER}
folder=$(realpath "${3:?usage: $0 BINARY TARGET FOLDER}")
cd "$(dirname "$0")/../.."

packed=$(mktemp -d)
trap 'rm -rf "$packed"' EXIT
name=hostprocess
[[ $target != *-windows-* ]] || name=hostprocess.exe
install -m 755 "$binary" "$packed/$name"
install -m 644 LICENSE "$packed/LICENSE"
# The earliest date in ZIP files.
export TZ=UTC
touch -d 1980-01-01 "$packed"/*

cd "$packed"
if [[ $target == *-windows-* ]]; then
  archive=hostprocess-$target.zip
  rm -f "$folder/$archive"
  zip -qX "$folder/$archive" "$name" LICENSE
else
  archive=hostprocess-$target.tar.gz
  tar --owner=0 --group=0 --numeric-owner -c "$name" LICENSE | gzip -n >"$folder/$archive"
fi
echo "$archive"
