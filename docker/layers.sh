#!/bin/sh
# Size and layers of an image as Markdown, for people and for smoke.sh: layers.sh IMAGE
# ENGINE is docker (the default) or podman.
set -eu
image=${1:?the image is missing}
work=$(mktemp -d "${TMPDIR:-/tmp}/layers-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# An engine may be a command with its options. By files, since a pipe has the status of its last command: half an image
# would be a small one.
${ENGINE:-docker} history --no-trunc --format '{{.Size}}|{{.CreatedBy}}' "$image" >"$work/history"
${ENGINE:-docker} save "$image" >"$work/archive"
tar -xf "$work/archive" -C "$work"
rm "$work/archive"

# Layers are plain or gzip, named as it pleases the engine; the same one may be there twice.
layers=$(tr -d '\n' <"$work/manifest.json" | sed 's/.*"Layers": *\[\([^]]*\)\].*/\1/' | tr -d '" ' | tr , '\n' | sort -u)
unpacked=0 packed=0
for layer in $layers; do
  if [ ! -f "$work/$layer" ]; then
    echo "cannot measure \"$image\": no layer \"$layer\" in what the engine saved" >&2
    exit 1
  fi
  if gzip -t "$work/$layer" 2>/dev/null; then plain='gzip -dc' as_pulled=cat; else plain=cat as_pulled='gzip -nc'; fi
  unpacked=$((unpacked + $($plain "$work/$layer" | wc -c)))
  packed=$((packed + $($as_pulled "$work/$layer" | wc -c)))
done

# The newest step comes first; those that made no layer are left out. What each takes is the engine's own word.
awk -F '|' -v image="$image" -v unpacked="$unpacked" -v packed="$packed" '
  $1 != "0B" && $1 != "0 B" {
    size = $1
    sub(/^[^|]*[|]/, "")
    gsub(/[|`]/, " ")
    rows = sprintf("| %s | `%.100s` |\n", size, $0) rows
  }
  END {
    printf "### %s\n\n%.1f MB unpacked, %.1f MB as gzip\n\n", image, unpacked / 1e6, packed / 1e6
    printf "| size | layer |\n| ---: | --- |\n%s", rows
  }' "$work/history"
