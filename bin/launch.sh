# Replaces the shell by the supervisor on Node. Read by `supervisor` and `init`, which set pidone_self to their path.
#
# The container's environment is meant for the services. What in it would change our own Node, its libraries or the
# loader is renamed to PIDONE_KEEP_<NAME>. Only names are evaluated, never values. Our own variables start with pidone_,
# since a shell exports what it assigns to a name that it got from outside.
# shellcheck shell=dash disable=SC2034,SC2154,SC3040 # Some are for `eval`; who reads this sets pidone_self; bash has posix.

# bash takes options from SHELLOPTS. What comes from outside under these names is not the launcher's word.
set +aefux
unset PIDONE_COPY_FD PIDONE_KEPT PIDONE_WRITE_CODE_CACHE pidone_copy pidone_fd pidone_name

# Names: node(1) and its lib/, libuv's docs/src/threadpool.rst, ld.so(8), mallopt(3), openssl-env(7); its
# crypto/*cap.c.
for pidone_name in \
  NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_V8_COVERAGE NODE_DEBUG NODE_DEBUG_NATIVE NODE_COMPILE_CACHE \
  NODE_COMPILE_CACHE_PORTABLE NODE_DISABLE_COMPILE_CACHE NODE_ICU_DATA NODE_NO_WARNINGS NODE_PENDING_DEPRECATION \
  NODE_PRESERVE_SYMLINKS NODE_PRESERVE_SYMLINKS_MAIN NODE_REDIRECT_WARNINGS NODE_SKIP_PLATFORM_CHECK \
  NODE_TLS_REJECT_UNAUTHORIZED NODE_UNIQUE_ID NODE_USE_ENV_PROXY NODE_USE_SYSTEM_CA NODE_TEST_CONTEXT \
  WATCH_REPORT_DEPENDENCIES UV_THREADPOOL_SIZE UV_USE_IO_URING OPENSSL_CONF OPENSSL_CONF_INCLUDE OPENSSL_MODULES \
  OPENSSL_ENGINES OPENSSL_armcap OPENSSL_ia32cap OPENSSL_ppccap OPENSSL_riscvcap OPENSSL_s390xcap \
  SSL_CERT_FILE SSL_CERT_DIR LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LD_BIND_NOW \
  LD_BIND_NOT LD_DEBUG LD_DEBUG_OUTPUT LD_DYNAMIC_WEAK LD_HWCAP_MASK LD_ORIGIN_PATH LD_PROFILE LD_PROFILE_OUTPUT \
  LD_SHOW_AUXV LD_VERBOSE LD_WARN GLIBC_TUNABLES MALLOC_ARENA_MAX MALLOC_ARENA_TEST MALLOC_CHECK_ MALLOC_CONF \
  MALLOC_MMAP_MAX_ MALLOC_MMAP_THRESHOLD_ MALLOC_PERTURB_ MALLOC_TOP_PAD_ MALLOC_TRACE MALLOC_TRIM_THRESHOLD_; do
  eval "[ \"\${$pidone_name+set}\" ]" || continue
  eval "export PIDONE_KEEP_$pidone_name=\"\$$pidone_name\""
  unset "$pidone_name"
  export PIDONE_KEPT="${PIDONE_KEPT-} $pidone_name"
done

# No shell hands on every environment: dash drops a name such as discovery.type, and all change PWD, SHLVL or _. And Node
# raises its soft limit of open files to the hard one. So who starts services gets both as they were, on a descriptor:
# the limit, the environment in base64 and a full stop (src/system/handed-over.ts).
pidone_copy_environment() {
  pidone_copy=$(
    ulimit -Sn || echo unknown
    ! command -v base64 >/dev/null || exec base64
    exec node -p 'require("fs").readFileSync(0, "base64")'
  ) || return
  for pidone_fd in 9 8 7 6 5 4 3 none; do
    [ -e "/proc/self/fd/$pidone_fd" ] || break
  done
  [ "$pidone_fd" != none ] || return
  # Where bash may write a file for a here-document, the others always have a pipe.
  if [ "${BASH_VERSION-}" ] && (set +o posix && eval ': < <(:)'); then
    set +o posix
    eval "exec $pidone_fd< <(printf '%s\n.\n' \"\$pidone_copy\")"
  else
    eval "exec $pidone_fd<<pidone_end
\$pidone_copy
.
pidone_end"
  fi && export PIDONE_COPY_FD="$pidone_fd"
}
case ${1-} in
  # An error in what `command` calls does not end the shell.
  init | up | check | graph)
    command eval 'pidone_copy_environment </proc/self/environ' 2>/dev/null || export PIDONE_COPY_FD=none
    ;;
esac

if ! command -v node >/dev/null 2>&1; then
  echo 'supervisor: cannot start: no "node" in PATH; install Node.js 20.19, or 22.3 or later' >&2
  exit 127
fi
exec node "${pidone_self%/*}/launch.cjs" "$@"
