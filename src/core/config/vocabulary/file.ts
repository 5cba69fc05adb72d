import { distinct, list, listOnce, map } from '../shape/collection.ts'
import { object, type Section } from '../shape/object.ts'
import { choice, matching, POSITIVE_DURATION } from '../shape/scalar.ts'
import { located, report, type Located, type Shape } from '../shape/shape.ts'
import type { CommandStart, WhenKilled } from '../model.ts'
import { FILE_ADVICE, SECRETS_ADVICE } from './advice.ts'
import { COMMAND_START } from './command-start.ts'
import { CONTROL, type ControlDocument } from './control.ts'
import { ENV_FILES, type EnvFileReference } from './env-file.ts'
import { VARIABLE_NAME, VARIABLES, type Variables } from './environment.ts'
import { FILE_LOGS, type LogsDocument } from './logs.ts'
import { SERVICE, type ServiceDocument } from './service.ts'
import { SIGNALS, type DeclaredRoute } from './signals.ts'

/** The file as it is written. */
export interface FileDocument {
  readonly name: string | undefined
  readonly environment: Variables | undefined
  readonly env_file: readonly EnvFileReference[]
  readonly required_env: readonly Located<string>[]
  readonly secrets: readonly string[]
  readonly services: ReadonlyMap<string, Section<ServiceDocument>> | undefined
  readonly shutdown: Section<ShutdownDocument> | undefined
  readonly command: CommandStart
  readonly signals: readonly DeclaredRoute[]
  readonly control: Section<ControlDocument> | undefined
  readonly logs: Section<LogsDocument>
}

interface ShutdownDocument {
  readonly timeout: number | undefined
  readonly when_killed: WhenKilled
}

const NAME = {
  words: 'a name of letters, digits, "_", "." and "-" that begins with a letter or digit',
  pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.\\-]*$',
}

const SHUTDOWN = object<ShutdownDocument>(
  { name: 'shutdown' },
  {
    timeout: {
      shape: POSITIVE_DURATION,
      defaultNote: 'no limit',
      description: 'How long the whole shutdown may take; when it is over, all that is left is killed at once.',
      example: 'timeout: 25s',
    },
    when_killed: {
      shape: choice(['kill', 'leave']),
      default: 'kill',
      description:
        'What becomes of the services when the supervisor is killed by SIGKILL: `kill` them too, or `leave` them. When it is PID 1, the kernel kills them in any case.',
      example: 'when_killed: leave',
    },
  },
)

const SECRET_NAMES = listOnce(VARIABLE_NAME)
const SECRETS: Shape<readonly string[]> = {
  form: SECRET_NAMES.form,
  read: (at) => {
    if (at.tree.kind !== 'mapping') return SECRET_NAMES.read(at)
    return report(at, 'wrong-type', `expected a list of variables, found a mapping; ${SECRETS_ADVICE}`)
  },
}

/** The whole of `services.yaml`. */
export const FILE: Shape<Section<FileDocument>> = object<FileDocument>(
  {
    name: '',
    rules: [{ kind: 'exactly-one', keys: ['services'] }],
    extensions: 'x-*',
    advice: FILE_ADVICE,
  },
  {
    name: {
      shape: matching(NAME.words, NAME.pattern),
      defaultNote: "the name of the file's folder",
      description: 'The name of the project.',
      example: 'name: shop',
    },
    environment: {
      shape: VARIABLES,
      description: 'Variables of every service, as a mapping or a list of `NAME=value`; those of a service win.',
      example: 'environment:\n  NODE_ENV: production\n  DATABASE_URL: postgres://shop@127.0.0.1/shop',
    },
    env_file: {
      shape: ENV_FILES,
      default: [],
      description:
        'A file of variables for every service, or a list of them; the later wins, and `environment` wins over all.',
      example: 'env_file: defaults.env',
    },
    required_env: {
      shape: distinct(list(located(VARIABLE_NAME))),
      default: [],
      description:
        'Variables without which nothing is started; an empty one counts as missing, and `NAME_FILE` as `NAME`.',
      example: 'required_env: [JWT_SECRET_KEY]',
    },
    secrets: {
      shape: SECRETS,
      default: [],
      description:
        'Variables whose values the supervisor never tells, beside those whose name contains `PASSWORD`, `PASSWD`, `SECRET`, `TOKEN` or `KEY`.',
      example: 'secrets: [DATABASE_URL]',
    },
    services: {
      shape: map(SERVICE, NAME, 1),
      description:
        'The services, by name. None can be called `supervisor`, which stands for the supervisor itself in the logs.',
      example: 'services:\n  app:\n    command: [node, server.js]',
    },
    shutdown: {
      shape: SHUTDOWN,
      description: 'How everything ends.',
      example: 'shutdown: {timeout: 25s}',
    },
    command: {
      shape: COMMAND_START,
      default: {},
      defaultNote: 'it starts when all services are ready, however long that takes',
      description:
        'When the command that the container is started with (CMD) begins. Without one, and under `supervisor up`, which has none, it has no effect.',
      example: 'command: {wait_for: started, timeout: 1m}',
    },
    signals: {
      shape: SIGNALS,
      default: {},
      defaultNote: 'they go to the command (CMD), where there is one',
      description:
        'Services to which the supervisor passes signals on that it gets, by the signal: `SIGUSR2`, `SIGALRM`, `SIGVTALRM` or `SIGSTKFLT`. A service alone gets the same signal. The others have a meaning of their own. A service without a process gets nothing, and the log says so.',
      example: 'signals:\n  USR2: {signal: HUP, to: db}\n  ALRM: db',
    },
    control: {
      shape: CONTROL,
      description: 'Who may ask on the control socket.',
      example: 'control:\n  allow: {daemon: read}',
    },
    logs: {
      shape: FILE_LOGS,
      default: {},
      defaultNote: "text on the container's output",
      description:
        "What becomes of every service's output, and of the supervisor's own messages. What a service has in its own `logs` goes over it, key by key.",
      example: 'logs: {format: json}',
    },
  },
)
