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

engine() {
  $ENGINE "$@"
}

# Arguments: a name, the options, then a command. In the background; whoever looks at it sees what became of it.
start() {
  name=$id-$1 options=$2
  shift 2
  engine run --detach --label "smoke=$id" --name "$name" $options "$image" "$@" >/dev/null 2>"$scratch.start" ||
    tell "$scratch.start"
}

# The same to its end; what it says comes out.
run() {
  name=$id-$1 options=$2
  shift 2
  engine run --rm --label "smoke=$id" --name "$name" $options "$image" "$@" 2>&1
}

# Arguments: a name, a script.
inside() {
  engine exec "$id-$1" sh -c "$2"
}

log() {
  engine logs "$id-$1" 2>&1
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
  for container in $(engine ps --all --quiet --filter "label=smoke=$id"); do
    engine kill "$container"
    engine rm --force --volumes "$container"
  done >/dev/null 2>&1
  engine volume rm --force "$id" >/dev/null 2>&1
  rm -rf "$work"
}
