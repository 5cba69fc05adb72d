const NETWORK = 'services share the network of the container and reach each other on 127.0.0.1'
const PUBLISH = `${NETWORK}; publish ports with "docker run -p"`
const MOUNT = 'services share the files of the container; mount volumes with "docker run -v"'
const INSTALL = 'services share the files of the container; install the program in its image'

/** What to say where Compose's secrets are, which are files; at the top ours are names of variables. */
export const SECRETS_ADVICE =
  'mount secrets with the container engine, name their files as in "DB_PASSWORD_FILE", and see "expand_file_env"'

/** What to say about top-level keys that Compose knows. */
export const FILE_ADVICE: ReadonlyMap<string, string> = new Map([
  ['version', 'the file has no version; leave it out'],
  ['networks', NETWORK],
  ['volumes', MOUNT],
  ['configs', MOUNT],
])

/** What to say about a service's keys that Compose knows. */
export const SERVICE_ADVICE: ReadonlyMap<string, string> = new Map([
  ['image', INSTALL],
  ['build', INSTALL],
  ['ports', PUBLISH],
  ['expose', PUBLISH],
  ['networks', NETWORK],
  ['network_mode', NETWORK],
  ['links', NETWORK],
  ['volumes', MOUNT],
  ['container_name', 'a service is called by its key under "services"'],
  ['secrets', SECRETS_ADVICE],
  ['security_opt', 'there is "no_new_privileges: true"; all else belongs to the container'],
  ['privileged', 'a service has at most the rights of the container; see "cap_add"'],
  ['entrypoint', 'put the whole command line into "command"'],
  ['pre_start', 'declare a service of "type: oneshot" for it, and name it in "depends_on"'],
  ['deploy', 'number, restarts and limits stand in the service: "scale", "restart", "cpus", "mem_limit", "pids_limit"'],
])
