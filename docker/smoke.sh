#!/bin/sh
# Shows that an all-in-one image is fit for production: a line for each thing that was seen, with what was measured.
# Needs a shell, docker or podman, and no network. Exit status: 0 all is well, 1 not, 64 it was called wrongly.
# shellcheck disable=SC2016,SC2034 # Scripts for the container stand in single quotes; the parts share variables.
set -u

usage() {
  cat <<'USAGE'
smoke.sh [OPTION …] IMAGE

  --size MB          most that the layers may have, unpacked (150)
  --gzip MB          and as they are pulled (55)
  --brief            only how it starts, stops and keeps its data, and its size
  --ready S          most seconds from `docker run` to a healthy container (10)
  --first-start S    most seconds from PID 1 to everything healthy, with an empty volume (1.5)
  --start S          and with the data there (0.5)
  --stop S           most seconds that `docker stop` may take (1)

Environment:
  ENGINE             command of the engine, with its options, as in `podman --runtime runc`; else docker, else podman
USAGE
}

main() {
  here=$(cd "$(dirname "$0")" && pwd)
  . "$here/smoke/engine.sh"
  . "$here/smoke/report.sh"
  . "$here/smoke/looks.sh"
  brief='' lane='' ready_limit=10 size_limit=150 gzip_limit=55 first_start_limit=1.5 start_limit=0.5 stop_limit=1
  read_options "$@"
  find_engine
  id=smoke-$$
  work=$(mktemp -d "${TMPDIR:-/tmp}/$id-XXXXXX") || exit 1
  scratch=$work/first
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  engine image inspect "$image" >/dev/null || wrong_use "there is no image \"$image\""
  engine volume create --label "smoke=$id" "$id" >/dev/null || exit 1
  : >"$work/failures"

  engine run --rm --label "smoke=$id" --network none --entrypoint test "$image" -e /etc/pidone/services.yaml
  case $? in
    0) all_in_one ;;
    1) base ;;
    *) exit 1 ;;
  esac

  failures=$(grep -c . "$work/failures")
  echo "# $failures of what was looked at are not as they should be"
  [ "$failures" -eq 0 ]
}

all_in_one() {
  # Where time is measured nothing runs beside.
  first_start
  second_start
  if [ -n "$brief" ]; then
    sizes
    return
  fi
  (
    scratch=$work/second
    trap - EXIT
    trap 'exit 143' TERM
    poor_starts
    sizes
  ) >"$work/lane" 2>&1 &
  lane=$!
  in_production
  commands
  external_servers
  unfit_volumes
  # One that breaks off has told of less than it should.
  wait "$lane" || echo 'not looked at: all of it' >>"$work/failures"
  lane=
  cat "$work/lane"
}

# The supervisor alone, to build on.
base() {
  check "CMD's exit status is the container's" command_status '' 'supervisor --version'
  check 'CMD is told when all is to stop' told_first ''
  check 'services of /etc/pidone/services.yaml run' services_of_a_file
  check 'HEALTHCHECK passes' health_check derived
  check 'orphans are reaped' orphans_reaped derived
  check 'stops, asked by SIGTERM' stopped derived
  sizes
}

read_options() {
  image=
  while [ $# -gt 0 ]; do
    case $1 in
      --help) usage && exit 0 ;;
      --brief) brief=yes ;;
      --size) limit "$@" && size_limit=$2 && shift ;;
      --gzip) limit "$@" && gzip_limit=$2 && shift ;;
      --ready) limit "$@" && ready_limit=$2 && shift ;;
      --first-start) limit "$@" && first_start_limit=$2 && shift ;;
      --start) limit "$@" && start_limit=$2 && shift ;;
      --stop) limit "$@" && stop_limit=$2 && shift ;;
      -*) wrong_use "there is no option $1; see --help" ;;
      *)
        [ -z "$image" ] || wrong_use "one image at a time, not \"$image\" and \"$1\""
        image=$1
        ;;
    esac
    shift
  done
  [ -n "$image" ] || wrong_use 'no image is named; see --help'
}

# Arguments: an option, and what follows it.
limit() {
  case ${2:-} in
    '' | *[!0-9.]*) wrong_use "$1 wants a number, not \"${2:-}\"" ;;
  esac
}

first_start() {
  began=$(now)
  start first "--network none --volume $id:/data"
  check 'starts' ready_within first "$ready_limit" "$began"
  check 'from PID 1 to everything healthy, empty volume' start_time first "$first_start_limit"
  check 'all services run' inside first 'supervisor status'
  check 'HEALTHCHECK passes' health_check first
  check 'the page answers' visit first
  check 'supervisor and the command of the app are at hand' inside first 'supervisor --version && visits report'
  check 'Valkey can look at its files' inside first 'valkey-check-aof /data/redis/appendonlydir/*.manifest'
  check 'an interactive shell greets with the state of the services' greeting first
  check 'nothing runs as root' inside first '
    for process in /proc/[0-9]*; do
      uid=$(sed -n "s/^Uid:\t\([0-9]*\).*/\1/p" $process/status) || continue
      if [ "$uid" = 0 ]; then echo "${process#/proc/}: $(tr "\0" " " <$process/cmdline)"; root=yes; fi
    done
    [ -z "${root:-}" ]'
  check 'the user of the image is a number, and not 0' user_number
  check 'no build tools, no package manager' inside first '
    for name in apt apt-get dpkg dpkg-deb apk rpm dnf yum microdnf npm npx yarn pnpm corepack pip pip3 cc gcc c++ g++ \
      clang tcc make cmake ninja ld as go cargo rustc perl python3 git curl; do
      if command -v "$name"; then found=yes; fi
    done
    [ -z "${found:-}" ]'
  check 'no file gives the rights of another user' inside first '
    found=$(find / -xdev \( -perm -4000 -o -perm -2000 \) -type f 2>&1 | grep -v "Permission denied")
    echo "$found"
    [ -z "$found" ]'
  check 'packages and their licences are told' package_entries first
  check 'databases are for this container only, with a password' guarded first
  check 'secrets were made, for their owner only, and told by path' secrets_made first
  check 'secrets are in no log and no command line' secrets_hidden first
  check 'orphans are reaped' orphans_reaped first
  secrets=$(inside first 'sha256sum /data/secrets/*')
  check 'stops, asked by SIGTERM' stopped first "$stop_limit"
  check 'PostgreSQL was shut down cleanly' log_has first 'database system is shut down'
}

second_start() {
  visits=$(visits_so_far)
  engine start "$id-first" >/dev/null
  check 'starts again' ready_within first "$ready_limit" "$(now)"
  check 'from PID 1 to everything healthy, data present' start_time first "$start_limit"
  check 'data is kept over a restart' visited_since first "$visits"
  check 'PostgreSQL starts after a kill, whoever has its pid by then' inside first '
    left=$(cat /data/postgres/postmaster.pid) && supervisor stop postgres
    echo "$left" | sed "1s/.*/$(pidof valkey-server)/" >/data/postgres/postmaster.pid
    cp /data/postgres/postmaster.pid /tmp/.s.PGSQL.5432.lock
    supervisor start postgres'
  check 'secrets are the same' same_secrets first
  check 'stops, asked by SIGINT' interrupted first
  check 'PostgreSQL never had to recover' log_lacks first 'not properly shut down|automatic recovery'
  engine rm --volumes "$id-first" >/dev/null
}

# Read-only, without rights, with what production demands, and JSON; a new container on the same volume.
in_production() {
  profile=PIDONE_CONFIG=/etc/pidone/services.yaml:/etc/pidone/production.yaml
  check 'production: what is missing is told at once, all of it' fails_fast
  visits=$(visits_so_far)
  secret=SESSION_SECRET_FILE=/data/secrets/session-secret
  began=$(now)
  start production "--network none --volume $id:/data --read-only --tmpfs /run:mode=1777 --tmpfs /tmp:mode=1777 \
    --cap-drop ALL --security-opt no-new-privileges \
    --env $profile --env PUBLIC_URL=https://example.org --env $secret --env LOG_FORMAT=json"
  check 'production: read-only root, no capabilities, no new privileges' ready_within production "$ready_limit" "$began"
  check 'data survives its container' visited_since production "$visits"
  check 'secrets survive it, too' same_secrets production
  check 'logs are JSON on request, every line' json_log production
  check 'production: stops' stopped production
  engine rm --volumes "$id-production" >/dev/null
}

commands() {
  check "CMD's exit status is the container's" command_status "--volume $id:/data" 'visits report'
  check 'CMD is told first, before any service' told_first "--volume $id:/data"
}

external_servers() {
  start first "--network none --volume $id:/data"
  ready_within first "$ready_limit" "$(now)" >/dev/null 2>&1
  visits=$(visits_so_far)
  # On the network of the other container, whose servers are the external ones.
  database=postgres://postgres:$(inside first 'cat /data/secrets/postgres-password')@127.0.0.1:5432/postgres
  redis=redis://:$(inside first 'cat /data/secrets/redis-password')@127.0.0.1:6379
  start guest "--network container:$id-first --env PORT=8001 --env DATABASE_URL=$database --env REDIS_URL=$redis"
  check 'external servers are used' ready_within guest "$ready_limit" "$(now)"
  check 'they hold the data' visited_since guest "$visits" 8001
  check 'then the embedded ones are disabled, and have no data' inside guest '
    supervisor status --no-usage postgres redis
    [ "$(supervisor status --no-usage | grep -cE "^(postgres|redis) +disabled")" = 2 ] && ! ls /data/postgres /data/redis'
  check 'a second container with the same volume: told' refuses 'another container' "--volume $id:/data"
  check 'their own end stops nobody else' ends_alone guest first
  engine rm --volumes "$id-guest" >/dev/null
  stopped first >/dev/null 2>&1
  engine rm --volumes "$id-first" >/dev/null
}

unfit_volumes() {
  on_volume 'chown -R 2000:2000 /data'
  check "another user's volume: told, with the way out, data untouched" refuses_untouched 'chown' "--volume $id:/data"
  on_volume 'chown -R 1000:1000 /data'
  check 'a read-only volume: told, data untouched' refuses_untouched '[Rr]ead-only' "--volume $id:/data:ro"
  major=$(on_volume 'cat /data/postgres/PG_VERSION')
  other=$((major - 1))
  on_volume "echo $other >/data/postgres/PG_VERSION"
  check 'data of another PostgreSQL: told, data untouched' refuses_untouched "by PostgreSQL $other" "--volume $id:/data"
  on_volume "echo $major >/data/postgres/PG_VERSION"
  check 'after all that the data is still good' command_status "--volume $id:/data" 'visits report'
}

# Without a volume of one's own.
poor_starts() {
  start root '--network none --user 0 --env SERVICE_USER=app'
  check 'as root: starts' ready_within root "$ready_limit" "$(now)"
  check 'as root: services become somebody else' inside root '
    for name in postgres valkey-server visits.js; do
      users=$(ps -o user,args | grep -v -e grep -e "sh -c" | grep -F "$name" | cut -d " " -f 1 | sort -u)
      echo "$name: $users"
      [ "$users" = app ] || exit 1
    done'
  check 'as root: stops' stopped root
  # Root gives the tmpfs to the user, since not every engine can, and goes. The second user has no name.
  small='--user 0 --env HOME=/tmp --entrypoint sh --tmpfs /data:size=24m'
  check 'a full disk is told' refuses '[Nn]o space' "$small" -c "$(become 1000)"
  start nobody "--network none --user 0 --env HOME=/tmp --entrypoint sh" -c "$(become 4711)"
  check 'a user who is not in /etc/passwd: starts' ready_within nobody "$ready_limit" "$(now)"
  check 'and its log tells of no error' without_errors nobody
  check 'and stops' stopped nobody
  start init '--network none --init' 2>"$work/init"
  # podman's comes in a package of its own.
  if grep -q 'init binary not found' "$work/init"; then
    echo "ok - under another init (--init) # SKIP the engine has none"
  else
    cat "$work/init"
    check 'under another init (--init)' ready_within init "$ready_limit" "$(now)"
    check 'and stops with it' stopped init
  fi
}

become() {
  echo "chown $1:$1 /data && exec setpriv --reuid $1 --regid $1 --clear-groups /init"
}

sizes() {
  unpacked='' packed=''
  check 'its layers can be measured' measured
  check 'size, unpacked' at_most "$unpacked" "$size_limit" MB
  check 'size, gzip' at_most "$packed" "$gzip_limit" MB
}

main "$@"
