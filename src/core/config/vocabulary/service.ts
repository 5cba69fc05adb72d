import type { Ready, ServiceConfig } from '../model.ts'
import type { SignalName } from '../signal.ts'
import type { Rule } from '../shape/form.ts'
import { distinct, list, listOnce } from '../shape/collection.ts'
import { object, type Keys, type Section } from '../shape/object.ts'
import { BOOLEAN, choice, DURATION, EXIT_CODE, filled, POSITIVE_DURATION, SIGNAL, text } from '../shape/scalar.ts'
import { located, type Located, type Shape } from '../shape/shape.ts'
import { SERVICE_ADVICE } from './advice.ts'
import { COMMAND, SCRIPT } from './command.ts'
import { CONFINEMENT, type ConfinementDocument } from './confinement.ts'
import { DEPENDS_ON, type DeclaredDependency } from './depends-on.ts'
import { ENV_FILES, type EnvFileReference } from './env-file.ts'
import { VARIABLES, type Variables } from './environment.ts'
import { FILE_VARIABLES, type FileVariables } from './file-variables.ts'
import { HEALTH_KEYS, type HealthDocument } from './healthcheck.ts'
import { HOOK_KEYS, type HooksDocument } from './hooks.ts'
import { INSTANCE_KEYS, type InstancesDocument } from './instances.ts'
import { SERVICE_LOGS, type LogsDocument } from './logs.ts'
import { READY } from './ready.ts'
import { RESTART, type RestartRules } from './restart.ts'
import { SCHEDULE_KEYS, type ScheduleKeys } from './schedule.ts'
import { GROUP, USER, type DeclaredUser } from './user.ts'

/** A service as the file has it. */
export interface ServiceDocument
  extends ConfinementDocument, HealthDocument, HooksDocument, InstancesDocument, ScheduleKeys {
  readonly type: ServiceConfig['type']
  readonly command: readonly string[] | undefined
  readonly script: readonly string[] | undefined
  readonly creates: string | undefined
  readonly enabled: boolean
  readonly depends_on: readonly DeclaredDependency[]
  readonly ready: Located<Ready> | undefined
  readonly start_timeout: number
  readonly restart: Located<RestartRules>
  readonly success_exit_codes: readonly number[]
  readonly on_failure: Located<ServiceConfig['onFailure']> | undefined
  readonly on_success: Located<ServiceConfig['onSuccess']>
  readonly stop_signal: SignalName
  readonly stop_grace_period: number
  readonly kill_mode: ServiceConfig['killMode']
  readonly environment: Variables | undefined
  readonly env_file: readonly EnvFileReference[]
  readonly clear_env: boolean
  readonly expand_file_env: Located<FileVariables>
  readonly working_dir: string | undefined
  readonly user: Located<DeclaredUser | null> | undefined
  readonly group_add: readonly Located<string>[]
  readonly logs: Located<Section<LogsDocument> | 'inherit'> | undefined
  readonly description: string | undefined
  readonly labels: Variables | undefined
}

const ENDING = choice(['shutdown', 'ignore'])

const RUNNING: Pick<Keys<ServiceDocument>, 'type' | 'command' | 'script' | 'creates' | 'enabled' | 'depends_on'> = {
  type: {
    shape: choice(['longrun', 'oneshot']),
    default: 'longrun',
    description: 'A `longrun` is kept running; a `oneshot` runs to its end, and is done when it ended well.',
    example: 'type: oneshot\ncommand: [node, migrate.js]',
  },
  command: {
    shape: COMMAND,
    description:
      'What to run: a list of words, or a line that is split into words as a shell would. No shell runs, so `|`, `&&`, `>` and their kind are errors.',
    example: 'command: [node, server.js]',
  },
  script: {
    shape: SCRIPT,
    description: 'In place of `command`: text for `/bin/sh -e`.',
    example: 'script: |\n  cd /srv/app\n  exec node server.js | tee log',
  },
  creates: {
    shape: filled('a path'),
    description: 'When this path exists, there is nothing left to do: the oneshot is completed without running.',
    example: 'type: oneshot\ncommand: initdb -D /data/postgres\ncreates: /data/postgres/PG_VERSION',
  },
  enabled: {
    shape: BOOLEAN,
    default: true,
    description:
      'With `false` the service does not exist for the others: what depends on it does not wait. From the environment `yes`, `no`, `on`, `off`, `1` and `0` are understood too, nothing at all is the default, and of several words each has to be true: `"${DB_URL:+no} ${DB_URL_FILE:+no}"`.',
    example: 'enabled: "${EMBEDDED_DB:-true}"',
  },
  depends_on: {
    shape: DEPENDS_ON,
    default: [],
    description:
      'The services it waits for, each until it is ready or, for a oneshot, completed; a mapping names another condition.',
    example: 'depends_on: [db, migrate]',
  },
}

const LIFE: Pick<
  Keys<ServiceDocument>,
  'ready' | 'start_timeout' | 'restart' | 'success_exit_codes' | 'on_failure' | 'on_success'
> = {
  ready: {
    shape: located(READY),
    description:
      'How it tells that it is ready. Without it a service is ready when its `healthcheck` passes, and without that once it is spawned.',
    example: 'ready: {notify: systemd}',
  },
  start_timeout: {
    shape: POSITIVE_DURATION,
    default: '60s',
    defaultNote:
      '`60s`; when a `healthcheck` stands in for `ready`, at least its `start_period` and `retries` × (`interval` + `timeout`)',
    description:
      'How long it may take from being spawned to being ready, `post_start` included; after that it is stopped and counts as failed. A oneshot has none, and neither has what is ready once it is spawned.',
    example: 'ready: {tcp: 5432}\nstart_timeout: 5m',
  },
  restart: {
    shape: located(RESTART),
    default: {},
    defaultNote: '`always` for a longrun, `no` for a oneshot',
    description: 'When and how often it is started again after it ended: a policy, `on-failure:MAX`, or a mapping.',
    example: 'restart: on-failure:3',
  },
  success_exit_codes: {
    shape: listOnce(EXIT_CODE, 1),
    default: [0],
    description: 'The exit codes that count as success.',
    example: 'success_exit_codes: [0, 143]',
  },
  on_failure: {
    shape: located(ENDING),
    defaultNote: '`shutdown` under `supervisor init`, `ignore` under `supervisor up`',
    description:
      'What happens when it has failed for good, with no restart to follow: everything is shut down, or the others go on. What is always restarted fails for good only with `max_attempts` or `prevent_exit_codes`.',
    example: 'on_failure: ignore',
  },
  on_success: {
    shape: located(ENDING),
    default: 'ignore',
    description:
      'What happens when it has ended well for good; with `shutdown` it is the service for which all others are there.',
    example: 'restart: on-failure\non_success: shutdown',
  },
}

const STOPPING: Pick<Keys<ServiceDocument>, 'stop_signal' | 'stop_grace_period' | 'kill_mode'> = {
  stop_signal: {
    shape: SIGNAL,
    default: 'SIGTERM',
    description: 'The signal that asks it to end; `TERM` and `15` are understood too.',
    example: 'stop_signal: SIGINT',
  },
  stop_grace_period: {
    shape: DURATION,
    default: '10s',
    description: 'How long it may take to end after the stop signal; after that it is killed.',
    example: 'stop_grace_period: 1m30s',
  },
  kill_mode: {
    shape: choice(['process', 'group']),
    default: 'process',
    description:
      'What the stop signal reaches: the main process alone, or its whole process group. What is left in the end is always killed.',
    example: 'kill_mode: group',
  },
}

const SURROUNDINGS: Omit<
  Keys<ServiceDocument>,
  | keyof typeof RUNNING
  | keyof typeof LIFE
  | keyof typeof STOPPING
  | keyof ConfinementDocument
  | keyof HealthDocument
  | keyof HooksDocument
  | keyof InstancesDocument
  | keyof ScheduleKeys
> = {
  environment: {
    shape: VARIABLES,
    description:
      "Variables, as a mapping or a list of `NAME=value`, on top of the container's and of `env_file`; a name without a value passes the container's own value through. What the supervisor sets itself, as `PIDONE_RUN`, is refused.",
    example: 'environment: {NODE_ENV: production, HOME: }',
  },
  env_file: {
    shape: ENV_FILES,
    default: [],
    description: 'A file of variables, or a list of them, in the format of `.env`; the later wins.',
    example: 'env_file: [defaults.env, {path: local.env, required: false}]',
  },
  clear_env: {
    shape: BOOLEAN,
    default: false,
    description:
      "With `true` the container's environment is not passed on, not even `PATH`: without one in `environment`, programs are looked for in `/bin` and `/usr/bin` alone.",
    example: 'clear_env: true',
  },
  expand_file_env: {
    shape: FILE_VARIABLES,
    default: false,
    description:
      'Secrets from files: where `NAME_FILE` is set to a path, `NAME` is set to what the file holds, without its last line end. A list does it for the variables that it names, `true` for all that there is a `NAME_FILE` for. A mapping names for each variable a file of last resort: it is read when a process is started and neither `NAME` nor `NAME_FILE` is given, and need not be there.',
    example: 'expand_file_env: {DB_PASSWORD: /data/secrets/db-password, API_TOKEN: }',
  },
  working_dir: {
    shape: filled('a path'),
    description: 'The folder it runs in; without it, that of the supervisor.',
    example: 'working_dir: /srv/app',
  },
  user: {
    shape: USER,
    description:
      'Whom it runs as: `name`, `uid`, `name:group` or `uid:gid`. Supplementary groups are those of the user; a number that is no known user has group 0, as in Docker. Without it, or when it is empty, the user of the supervisor.',
    example: 'user: postgres',
  },
  group_add: {
    shape: distinct(list(GROUP)),
    default: [],
    description: 'Further groups, by name or number.',
    example: 'group_add: [audio, 2000]',
  },
  logs: {
    shape: located(SERVICE_LOGS),
    defaultNote: 'what stands in `logs` at the top',
    description:
      "What becomes of its output; what is not said here is as in `logs` at the top. With `inherit` it has the container's own stdout and stderr: nothing is put in front of its lines, `supervisor logs` knows nothing of them, and who is slow to read makes it wait alone.",
    example: 'logs: {prefix: false, file: /var/log/app.log}',
  },
  description: {
    shape: text('a text'),
    description: 'What the service is, for people.',
    example: 'description: Answers HTTP on port 8000',
  },
  labels: {
    shape: VARIABLES,
    description:
      'Names and values for tools, as a mapping or a list of `name=value`; they stand in `supervisor status --json`.',
    example: 'labels: {team: shop}',
  },
}

const RULES: readonly Rule[] = [
  { kind: 'exactly-one', keys: ['command', 'script'] },
  { kind: 'only-when', keys: ['creates', 'schedule'], key: 'type', value: 'oneshot' },
  { kind: 'excludes', key: 'schedule', keys: ['creates'] },
  {
    kind: 'only-when',
    keys: ['ready', 'start_timeout', 'healthcheck', 'watchdog', 'post_start', 'reload_signal'],
    key: 'type',
    value: 'longrun',
  },
]

/** A service. */
export const SERVICE: Shape<Section<ServiceDocument>> = object<ServiceDocument>(
  { name: 'services.NAME', rules: RULES, extensions: 'x-*', advice: SERVICE_ADVICE },
  {
    ...RUNNING,
    ...INSTANCE_KEYS,
    ...SCHEDULE_KEYS,
    ...LIFE,
    ...HEALTH_KEYS,
    ...STOPPING,
    ...HOOK_KEYS,
    ...SURROUNDINGS,
    ...CONFINEMENT,
  },
)
