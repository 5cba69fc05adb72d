# How smoke.sh talks to the engine. Everything that it makes has the label smoke=$id and a name that begins with $id.
# Options are words in one argument: none of them has a space in it.
# shellcheck shell=sh disable=SC2086,SC2154

find_engine() {
  if [ -z "${ENGINE:-}" ]; then
    # A docker without its daemon is of no use.
    for ENGINE in docker podman ''; do
      if [ -z "$ENGINE" ] || "$ENGINE" info >/dev/null 2>&1; then break; fi
    done
  fi
  [ -n "$ENGINE" ] || wrong_use 'neither docker nor podman works here'
}

# podman says so when there is no systemd to run health checks; they are run by hand here.
engine() {
  $ENGINE "$@" 2>"$scratch.stderr"
  status=$?
  grep -v 'systemd connection' "$scratch.stderr" >&2
  return "$status"
}

# Arguments: a name, the options, then a command. In the background; whoever looks at it sees what became of it.
start() {
  name=$id-$1 options=$2
  shift 2
  engine run --detach --label "smoke=$id" --name "$name" $options "$image" "$@" >/dev/null
}

# The same to its end, within half a minute. What it says comes out; the exit status is its own.
run() {
  start "$@"
  began=$(now)
  while runs "$1" && at_most "$(since "$began")" 30 s; do sleep 0.1; done
  if runs "$1"; then engine kill "$id-$1" >/dev/null; fi
  log "$1" | grep -v 'systemd connection'
  ended_with=$(engine inspect --format '{{.State.ExitCode}}' "$id-$1")
  engine rm --force --volumes "$id-$1" >/dev/null
  return "${ended_with:-125}"
}

runs() {
  [ "$(engine inspect --format '{{.State.Running}}' "$id-$1")" = true ]
}

# Arguments: a name, a script.
inside() {
  engine exec "$id-$1" sh -c "$2"
}

log() {
  $ENGINE logs "$id-$1" 2>&1
}

# As root, and nothing else: a script on the volume.
on_volume() {
  engine run --rm --label "smoke=$id" --user 0 --network none --volume "$id:/data" --entrypoint sh "$image" -c "$1"
}

# The lane ends with what it has begun, so that it makes nothing after this.
clean_up() {
  trap '' INT TERM HUP
  if [ -n "${lane:-}" ]; then
    kill "$lane" 2>/dev/null
    wait "$lane"
  fi
  for container in $($ENGINE ps --all --quiet --filter "label=smoke=$id"); do
    $ENGINE kill "$container"
    $ENGINE rm --force --volumes "$container"
  done >/dev/null 2>&1
  $ENGINE volume rm --force "$id" >/dev/null 2>&1
  rm -rf "$work"
}
