# Replaces the shell by the supervisor on Node. Read by `supervisor` and `init`, which set pidone_self to their path.
#
# The container's environment is meant for the services. What in it would change our own Node, its libraries or the
# loader is renamed to PIDONE_KEEP_<NAME>; src/cli/own-environment.ts names it back for the services. Only names are
# evaluated, never values, so that every value arrives as it was. Our own variables start with pidone_, since a shell
# exports what it assigns to a name that it got from outside.
# Names: node(1) and its lib/, libuv's docs/src/threadpool.rst, ld.so(8), mallopt(3), openssl-env(7).
for pidone_name in \
  NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_V8_COVERAGE NODE_DEBUG NODE_DEBUG_NATIVE NODE_COMPILE_CACHE \
  NODE_COMPILE_CACHE_PORTABLE NODE_DISABLE_COMPILE_CACHE NODE_ICU_DATA NODE_NO_WARNINGS NODE_PENDING_DEPRECATION \
  NODE_PRESERVE_SYMLINKS NODE_PRESERVE_SYMLINKS_MAIN NODE_REDIRECT_WARNINGS NODE_SKIP_PLATFORM_CHECK \
  NODE_TLS_REJECT_UNAUTHORIZED NODE_UNIQUE_ID NODE_USE_ENV_PROXY NODE_USE_SYSTEM_CA NODE_TEST_CONTEXT \
  WATCH_REPORT_DEPENDENCIES UV_THREADPOOL_SIZE UV_USE_IO_URING OPENSSL_CONF OPENSSL_CONF_INCLUDE OPENSSL_MODULES \
  OPENSSL_ENGINES OPENSSL_ia32cap SSL_CERT_FILE SSL_CERT_DIR LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LD_BIND_NOW \
  LD_BIND_NOT LD_DEBUG LD_DEBUG_OUTPUT LD_DYNAMIC_WEAK LD_HWCAP_MASK LD_ORIGIN_PATH LD_PROFILE LD_PROFILE_OUTPUT \
  LD_SHOW_AUXV LD_VERBOSE LD_WARN GLIBC_TUNABLES MALLOC_ARENA_MAX MALLOC_ARENA_TEST MALLOC_CHECK_ MALLOC_CONF \
  MALLOC_MMAP_MAX_ MALLOC_MMAP_THRESHOLD_ MALLOC_PERTURB_ MALLOC_TOP_PAD_ MALLOC_TRACE MALLOC_TRIM_THRESHOLD_; do
  eval "[ \"\${$pidone_name+set}\" ]" || continue
  eval "export PIDONE_KEEP_$pidone_name=\"\$$pidone_name\""
  unset "$pidone_name"
done

# Node raises its soft limit of open files to the hard one; the services get the one that there was. Read, not asked of
# ulimit, which would take a process.
if [ -r /proc/self/limits ]; then
  while read -r pidone_a pidone_b pidone_c pidone_soft pidone_rest; do
    [ "$pidone_a $pidone_b $pidone_c" != 'Max open files' ] || export PIDONE_NOFILE_SOFT="$pidone_soft"
  done </proc/self/limits
fi

if ! command -v node >/dev/null 2>&1; then
  echo 'supervisor: cannot start: no "node" in PATH; install Node.js 20.19, or 22.3 or later' >&2
  exit 127
fi
exec node "${pidone_self%/*}/launch.cjs" "$@"
