# What smoke.sh looks at, and how. The first argument of most is a container.
# shellcheck shell=sh disable=SC2016,SC2034,SC2154

# Arguments: a container, a limit, the instant that counts as its start. One question that waits: others take time.
ready_within() {
  inside "$1" "
    for try in \$(seq 100); do
      supervisor wait --timeout $2s
      if [ \$? != 3 ]; then break; fi
      sleep 0.05
    done
    for try in \$(seq 20); do
      if supervisor health; then exit; fi
      sleep 0.1
    done
    exit 1" >"$scratch.health" 2>&1 && at_most "$(since "$3")" "$2" s && return 0
  cat "$scratch.health"
  log "$1"
  return 1
}

without_errors() {
  ! log "$1" | grep -i error
}

# As the supervisor measured it: what the engine does before is not counted.
start_time() {
  inside "$1" 'supervisor analyze'
  milliseconds=$(inside "$1" 'supervisor analyze --json' | tr , '\n' | sed -n 's/.*"total_ms": *\([0-9.]*\).*/\1/p')
  [ -n "$milliseconds" ] && at_most "$(awk -v "ms=$milliseconds" 'BEGIN { printf "%.2f", ms / 1000 }')" "$2" s
}

health_check() {
  test=$(engine inspect --format '{{range .Config.Healthcheck.Test}}{{println .}}{{end}}' "$id-$1")
  [ -n "$test" ] || return 1
  # shellcheck disable=SC2086 # The words of a command; CMD-SHELL has a script instead.
  case $test in
    CMD-SHELL*) inside "$1" "${test#CMD-SHELL}" ;;
    *) engine exec "$id-$1" ${test#CMD} ;;
  esac
}

# Arguments: a container, its port. Leaves how many visits there are.
visit() {
  inside "$1" "wget -q -O - http://127.0.0.1:${2:-8000}/" >"$scratch.page" || return 1
  cat "$scratch.page"
  grep -o '[0-9][0-9]*' "$scratch.page" | head -n 1 >"$work/visits"
  figure="visit $(visits_so_far)"
  [ -s "$work/visits" ]
}

visits_so_far() {
  cat "$work/visits" 2>/dev/null || echo 0
}

# Arguments: a container, the visits before, the port.
visited_since() {
  visit "$1" "${3:-8000}" && [ "$2" -gt 0 ] && [ "$(visits_so_far)" -eq $(($2 + 1)) ]
}

# Not a terminal, but interactive: the shell reads the file that $ENV names, as it does in `docker run -it IMAGE sh`.
greeting() {
  echo 'exit' | engine exec -i "$id-$1" sh -i >"$scratch.greeting" 2>&1
  cat "$scratch.greeting"
  grep -q running "$scratch.greeting" && grep -q 'supervisor ' "$scratch.greeting"
}

user_number() {
  figure=$(engine image inspect --format '{{.Config.User}}' "$image")
  case ${figure%%:*} in
    '' | 0 | *[!0-9]*) return 1 ;;
  esac
}

package_entries() {
  packages=$(inside "$1" 'cat /var/lib/dpkg/status /var/lib/dpkg/status.d/* 2>/dev/null | grep -c "^Package:"')
  texts=$(inside "$1" 'ls /usr/share/doc/*/copyright | wc -l')
  figure="$packages packages, $texts licence texts"
  [ "$packages" -ge 10 ] && [ "$texts" -ge "$packages" ]
}

guarded() {
  inside "$1" '
    set -ex
    [ "$(netstat -ltn | grep -oE "[^ ]+:(5432|6379) " | sort | tr -d "\n")" = "127.0.0.1:5432 127.0.0.1:6379 " ]
    [ "$(sed -n "s/^host.* //p" /data/postgres/pg_hba.conf | sort -u)" = scram-sha-256 ]
    psql -w -h 127.0.0.1 -U postgres -c SELECT 2>&1 | grep "no password supplied"
    printf "PING\r\nQUIT\r\n" | nc 127.0.0.1 6379 | grep NOAUTH' ||
    return 1
  [ "$(engine image inspect --format '{{range $port, $_ := .Config.ExposedPorts}}{{$port}}{{end}}' "$image")" = 8000/tcp ]
}

secrets_made() {
  inside "$1" 'stat -c "%a %n" /data/secrets /data/secrets/*' >"$scratch.modes" || return 1
  cat "$scratch.modes"
  figure="$(grep -c '^600 ' "$scratch.modes") of mode 0600"
  [ "$(sed -n 's/^700 //p' "$scratch.modes")" = /data/secrets ] || return 1
  [ "$(grep -c '^600 ' "$scratch.modes")" -eq 3 ] || return 1
  log "$1" | grep /data/secrets
}

secrets_hidden() {
  log "$1" >"$scratch.log"
  hidden=0
  for secret in $(inside "$1" 'for file in /data/secrets/*; do cat "$file" && echo; done'); do
    [ ${#secret} -ge 20 ] || return 1
    if grep -F -e "$secret" "$scratch.log"; then return 1; fi
    inside "$1" "! ps -o args | grep -v grep | grep -F -e '$secret'" || return 1
    hidden=$((hidden + 1))
  done
  figure="$hidden of them"
  [ "$hidden" -eq 3 ]
}

same_secrets() {
  [ -n "$secrets" ] && [ "$(inside "$1" 'sha256sum /data/secrets/*')" = "$secrets" ]
}

# Ten children whose parent ends before them.
orphans_reaped() {
  inside "$1" '
    zombies() { cat /proc/[0-9]*/status 2>/dev/null | grep -c "^State:.Z"; }
    for orphan in 1 2 3 4 5 6 7 8 9 10; do (sleep 0.$orphan &); done
    sleep 1.1
    for moment in $(seq 50); do
      if [ "$(zombies)" = 0 ]; then exit 0; fi
      sleep 0.1
    done
    ps
    exit 1'
}

# Arguments: a container, a limit. By the engine, with the ten seconds that it gives.
stopped() {
  began=$(now)
  engine stop -t 10 "$id-$1"
  took=$(since "$began")
  log "$1" | tail -n 20
  [ "$(engine inspect --format '{{.State.ExitCode}}' "$id-$1")" = 0 ] && at_most "$took" "${2:-10}" s
}

# Arguments: a container, and one that has to go on.
ends_alone() {
  stopped "$1" && runs "$2" && inside "$2" 'supervisor health'
}

interrupted() {
  engine kill --signal INT "$id-$1"
  status=$(engine wait "$id-$1")
  log "$1" | tail -n 20
  figure="exit status $status"
  [ "$status" = 0 ]
}

# Arguments: a container, an expression.
log_has() {
  log "$1" | grep -E "$2"
}

log_lacks() {
  ! log "$1" | grep -E "$2"
}

json_log() {
  log "$1" | engine exec -i "$id-$1" node -e '
    const lines = require("fs").readFileSync(0, "utf8").trimEnd().split("\n")
    for (const line of lines) if (typeof JSON.parse(line) !== "object") throw new Error(line)
    console.log(lines.length)' >"$scratch.lines" || { cat "$scratch.lines"; return 1; }
  figure="$(cat "$scratch.lines") lines"
}

fails_fast() {
  run fast "--network none --env $profile" >"$scratch.fast"
  status=$?
  cat "$scratch.fast"
  figure="exit status $status"
  [ "$status" = 78 ] && grep -q PUBLIC_URL "$scratch.fast" && grep -q SESSION_SECRET "$scratch.fast"
}

# Arguments: the options, what the command does first.
command_status() {
  run command "--network none $1" sh -c "$2 && exit 7"
  status=$?
  figure="exit status $status"
  [ "$status" = 7 ]
}

# Arguments: the options.
told_first() {
  start told "--network none $1" sh -c 'trap "echo told; exit 5" TERM; echo at work; while :; do sleep 0.1; done'
  began=$(now)
  until log told | grep -qx 'at work'; do
    runs told && at_most "$(since "$began")" "$ready_limit" s || return 1
    sleep 0.1
  done
  engine stop -t 10 "$id-told"
  log told | grep -E '^told|: stopping'
  status=$(engine inspect --format '{{.State.ExitCode}}' "$id-told")
  figure="exit status $status"
  [ "$(log told | grep -E '^told|: stopping' | grep -v command | head -n 1)" = told ] && [ "$status" = 0 ]
}

# Arguments: an expression for what it has to say, the options, and a command.
refuses() {
  says=$1 options="--network none $2"
  shift 2
  run refused "$options" "$@" >"$scratch.refused"
  status=$?
  cat "$scratch.refused"
  figure="exit status $status"
  [ "$status" -ne 0 ] && [ "$status" -ne 137 ] && grep -qE "$says" "$scratch.refused"
}

# The same, and the volume has to stay as it was: names, owners, modes, and what is in them.
refuses_untouched() {
  before=$(on_volume "$SUM_UP") && refuses "$@" && [ "$(on_volume "$SUM_UP")" = "$before" ]
}
SUM_UP='find /data | sort | while read -r name; do stat -c "%u %a %n" "$name"; done | cat - $(find /data -type f | sort) | sha256sum'

# A shell and a sleep are all there is: no databases, no app.
services_of_a_file() {
  engine create --label "smoke=$id" --name "$id-derived" --network none "$image" >/dev/null || return 1
  mkdir "$work/pidone"
  printf 'services:\n  one:\n    command: [sleep, "1000"]\n  two:\n    command: [sleep, "1000"]\n    depends_on: [one]\n' \
    >"$work/pidone/services.yaml"
  engine cp "$work/pidone" "$id-derived:/etc/pidone" && engine start "$id-derived" && ready_within derived "$ready_limit" "$(now)"
}

# Leaves the megabytes of all layers, unpacked and as they are pulled.
measured() {
  ENGINE=$ENGINE "$here/layers.sh" "$image" >"$scratch.layers" || return 1
  totals=$(sed -n 's/^\([0-9.]*\) MB unpacked, \([0-9.]*\) MB as gzip$/\1 \2/p' "$scratch.layers")
  unpacked=${totals% *} packed=${totals#* }
  [ -n "$totals" ]
}
