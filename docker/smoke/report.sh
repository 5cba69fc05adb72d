# How smoke.sh tells what it has seen.
# shellcheck shell=sh disable=SC2154

# Arguments: what is looked at, and the command that looks. It may set `figure`; what it says is told when it fails.
check() {
  what=$1
  shift
  figure=
  if "$@" >"$scratch.details" 2>&1; then
    echo "ok - $what${figure:+: $figure}"
  else
    echo "not ok - $what${figure:+: $figure}"
    tail -n 25 "$scratch.details" | sed 's/^/  /'
    echo "$what" >>"$work/failures"
  fi
}

# Arguments: value, limit, unit.
at_most() {
  figure="$1 $3, at most $2 $3"
  awk -v "value=$1" -v "limit=$2" 'BEGIN { exit !(value != "" && value + 0 <= limit + 0) }'
}

# Seconds with fractions, where date(1) knows them.
now() {
  case $(date +%N) in
    *[!0-9]* | '') date +%s ;;
    *) date +%s.%N ;;
  esac
}

# Argument: an instant of `now`.
since() {
  awk -v "from=$1" -v "to=$(now)" 'BEGIN { printf "%.2f", to - from }'
}

wrong_use() {
  echo "cannot look at the image: $1" >&2
  exit 64
}
