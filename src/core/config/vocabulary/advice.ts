const NETWORK = 'services share the network of the container and reach each other on 127.0.0.1'
const PUBLISH = `${NETWORK}; publish ports with "docker run -p"`
const MOUNT = 'services share the files of the container; mount volumes with "docker run -v"'
const INSTALL = 'services share the files of the container; install the program in its image'
const FILES = 'to put several files together, name each with "-f"'
const OUTPUT =
  'what becomes of the output of services stands in "logs"; the container\'s is kept by its engine, see "docker run --log-driver"'
const TERMINAL = 'services have no terminal; the command of the container (CMD) has that of "docker run -it"'

/** What an engine sets for the container as a whole, with its option. */
const ENGINE_KEYS = Object.entries({
  devices: '--device',
  dns: '--dns',
  domainname: '--domainname',
  extra_hosts: '--add-host',
  gpus: '--gpus',
  hostname: '--hostname',
  ipc: '--ipc',
  pid: '--pid',
  read_only: '--read-only',
  runtime: '--runtime',
  shm_size: '--shm-size',
  sysctls: '--sysctl',
  tmpfs: '--tmpfs',
}).map(([key, option]) => [key, `all services have that of the container; set it with "docker run ${option}"`] as const)

/** What to say where Compose's secrets are, which are files; at the top ours are names of variables. */
export const SECRETS_ADVICE =
  'mount secrets with the container engine, name their files as in "DB_PASSWORD_FILE", and see "expand_file_env"'

/** What to say about top-level keys that Compose knows, or that one would look for. */
export const FILE_ADVICE: ReadonlyMap<string, string> = new Map([
  ['version', 'the file has no version; leave it out'],
  ['networks', NETWORK],
  ['volumes', MOUNT],
  ['configs', MOUNT],
  ['include', FILES],
  ['env', 'variables stand in "environment"'],
  ['logging', OUTPUT],
])

/** What to say about a service's keys that Compose knows, or that one would look for. */
export const SERVICE_ADVICE: ReadonlyMap<string, string> = new Map([
  ['image', INSTALL],
  ['build', INSTALL],
  ['platform', INSTALL],
  ['pull_policy', INSTALL],
  ['ports', PUBLISH],
  ['expose', PUBLISH],
  ['networks', NETWORK],
  ['network_mode', NETWORK],
  ['links', NETWORK],
  ['volumes', MOUNT],
  ['volumes_from', MOUNT],
  ['configs', MOUNT],
  ['secrets', SECRETS_ADVICE],
  ['logging', OUTPUT],
  ['tty', TERMINAL],
  ['stdin_open', TERMINAL],
  ['env', 'variables stand in "environment"'],
  ['extends', `take what they have in common from a YAML alias, as in "<<: *common"; ${FILES}`],
  ['container_name', 'a service is called by its key under "services"'],
  ['init', 'the supervisor is the init of all services; leave it out'],
  ['develop', 'nothing is built or synchronised here; "supervisor restart NAME" takes up what has changed'],
  ['entrypoint', 'put the whole command line into "command"'],
  ['pre_start', 'declare a service of "type: oneshot" for it, and name it in "depends_on"'],
  ['post_stop', 'there is "pre_stop", which runs before the service is told to stop'],
  ['deploy', 'number, restarts and limits stand in the service: "scale", "restart", "cpus", "mem_limit", "pids_limit"'],
  ['security_opt', 'there is "no_new_privileges: true"; all else belongs to the container'],
  ['privileged', 'a service has at most the rights of the container; see "cap_add"'],
  ['mem_reservation', 'no memory is set aside; there are the limits "mem_limit" and "max_memory"'],
  ['memswap_limit', 'as much swap as "mem_limit" may be used with it; there is no limit of its own'],
  ['cpu_shares', 'there are a limit, "cpus", and a priority, "nice"'],
  ['cpuset', 'there are a limit, "cpus", and "taskset" to put in front of "command"'],
  ...ENGINE_KEYS,
])
