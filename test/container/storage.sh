# Read by the scripts beside it: a place of its own for images and their layers, so that nothing of the user's is
# touched. Sets `cache`; `podman` and `buildah` work there.
# shellcheck shell=sh

cache=${XDG_CACHE_HOME:-$HOME/.cache}/pidone/images
# What is alive goes with the machine: after a boot podman must not believe in old mounts. Each cache has its own; its name
# is short, as podman puts sockets there.
alive=/run/pidone/$(printf %s "$cache" | cksum | cut -d ' ' -f 1)
mkdir -p "$cache/tmp" "$alive"
# Both write whole layers there, and buildah's cache mounts stay there.
export TMPDIR="$cache/tmp"

# Without CAP_SYS_RESOURCE no more can be had than this machine allows; podman asks for more, and takes from itself the
# processes above pid_max (proc(5)) before.
export CONTAINERS_CONF="$cache/containers.conf"
awk '
  BEGIN { print "[containers]" }
  /^Max open files/ { files = $5 }
  /^Max processes/ { processes = $4 }
  FILENAME ~ /pid_max/ && (processes == "unlimited" || processes > $1) { processes = $1 }
  END {
    printf "default_ulimits = [\"nofile=%s:%s\", \"nproc=%s:%s\"]\n", files, files, processes, processes
    print "[engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"none\""
  }' /proc/self/limits /proc/sys/kernel/pid_max >"$CONTAINERS_CONF.$$"
mv "$CONTAINERS_CONF.$$" "$CONTAINERS_CONF"

podman() {
  command podman --root "$cache/storage" --runroot "$alive/storage" --tmpdir "$alive/libpod" \
    --storage-driver "$(storage_driver)" "$@"
}

buildah() {
  command buildah --root "$cache/storage" --runroot "$alive/storage" --storage-driver "$(storage_driver)" "$@"
}

# The kernel refuses an overlay on an overlay, as inside of a container; vfs copies every layer, and always works.
storage_driver() {
  if [ ! -e "$cache/driver" ]; then
    trial=$(mktemp -d "$cache/tmp/overlay-XXXXXX")
    mkdir "$trial/lower" "$trial/upper" "$trial/work" "$trial/merged"
    if mount -t overlay overlay -o "lowerdir=$trial/lower,upperdir=$trial/upper,workdir=$trial/work" "$trial/merged" 2>/dev/null; then
      umount "$trial/merged"
      echo overlay >"$cache/driver"
    else
      echo vfs >"$cache/driver"
    fi
    rm -rf "$trial"
  fi
  cat "$cache/driver"
}

# Builds go on side by side.
while_building() {
  (
    flock --shared 8
    "$@"
  ) 8>"$cache/builds.lock"
}

# Runs a command when nothing is being built, or else not. What a killed build started may still be at work.
while_not_building() {
  (
    flock --nonblock 8 || exit 0
    "$@"
  ) 8>"$cache/builds.lock"
}
