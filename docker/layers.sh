#!/bin/sh
# Size and layers of an image as Markdown, for the summary of a CI run: layers.sh IMAGE
# ENGINE is docker (the default) or podman.
set -eu
engine=${ENGINE:-docker}
image=${1:?the image is missing}

history=$($engine history --no-trunc --format '{{.Size}}|{{.CreatedBy}}' "$image")
# By a file, since a pipe has the status of its last command: half an image would be a small one.
archive=$(mktemp)
trap 'rm -f "$archive"' EXIT
trap 'exit 130' INT TERM
$engine save "$image" >"$archive"
packed=$(gzip -c "$archive" | wc -c)

# The engines agree on units of 1000, not on the blank before them; the newest layer comes first.
printf '%s\n' "$history" | awk -F '|' -v image="$image" -v packed="$packed" '
  BEGIN { unit["kB"] = 1e-3; unit["MB"] = 1; unit["GB"] = 1e3 }
  {
    name = $1
    gsub(/[0-9. ]/, "", name)
    size = $1 * (name in unit ? unit[name] : 1e-6)
    if (size == 0) next
    sub(/^[^|]*[|]/, "")
    gsub(/[|`]/, " ")
    rows = sprintf("| %.1f | `%.100s` |\n", size, $0) rows
    unpacked += size
  }
  END {
    printf "### %s\n\n%.1f MB unpacked, %.1f MB as gzip\n\n", image, unpacked, packed / 1e6
    printf "| MB | layer |\n| ---: | --- |\n%s", rows
  }'
