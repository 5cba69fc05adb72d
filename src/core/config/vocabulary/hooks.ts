import type { Hook } from '../model.ts'
import type { SignalName } from '../signal.ts'
import { either, list } from '../shape/collection.ts'
import { object, type Keys, type Section } from '../shape/object.ts'
import { POSITIVE_DURATION, SIGNAL } from '../shape/scalar.ts'
import { convert, type Shape } from '../shape/shape.ts'
import { COMMAND, SCRIPT } from './command.ts'

/** Commands beside a service's own, and the signal of a reload. */
export interface HooksDocument {
  readonly post_start: readonly Hook[]
  readonly pre_stop: readonly Hook[]
  readonly stop_command: Hook | undefined
  readonly reload_signal: SignalName
}

interface HookDocument {
  readonly command: readonly string[] | undefined
  readonly script: readonly string[] | undefined
  readonly timeout: number
}

const SAME = "a hook has the service's user, folder and environment"

const LONG_DOCUMENT = object<HookDocument>(
  {
    name: 'services.NAME.stop_command',
    rules: [{ kind: 'exactly-one', keys: ['command', 'script'] }],
    advice: new Map(['user', 'working_dir', 'environment', 'privileged'].map((key) => [key, SAME])),
  },
  {
    command: {
      shape: COMMAND,
      description: "What to run, as a list of words or a line; it has the service's user, folder and environment.",
      example: 'command: [redis-cli, shutdown]',
    },
    script: {
      shape: SCRIPT,
      description: 'In place of `command`: text for `/bin/sh -e`.',
      example: 'script: |\n  redis-cli save\n  redis-cli shutdown',
    },
    timeout: {
      shape: POSITIVE_DURATION,
      default: '10s',
      description: 'How long it may take; then it is killed with all that it started, and has failed.',
      example: 'command: [redis-cli, shutdown]\ntimeout: 30s',
    },
  },
)

/** What `timeout` is where a command stands alone. */
const TIMEOUT_MS = 10_000

const SHORT: Shape<Hook> = convert(COMMAND, (argv) => ({ argv, timeoutMs: TIMEOUT_MS }))
const LONG: Shape<Hook> = convert(LONG_DOCUMENT, toHook)
const HOOK: Shape<Hook> = either({ scalar: SHORT, list: SHORT, mapping: LONG })

function toHook({ values }: Section<HookDocument>): Hook | undefined {
  const argv = values.command ?? values.script
  return argv === undefined ? undefined : { argv, timeoutMs: values.timeout }
}

const ONE: Shape<readonly Hook[]> = convert(HOOK, (hook) => [hook])
const SEVERAL: Shape<readonly Hook[]> = list(LONG)

/** One command, or a list of mappings, which a list of words is not. */
const HOOKS: Shape<readonly Hook[]> = {
  form: { kind: 'either', forms: [ONE.form, SEVERAL.form] },
  read: (at) => {
    const items = at.tree.kind === 'list' ? at.tree.items : null
    const isSeveral = items !== null && (items.length === 0 || items.some((item) => item.kind === 'mapping'))
    return (isSeveral ? SEVERAL : ONE).read(at)
  },
}

/** Their keys. */
export const HOOK_KEYS: Keys<HooksDocument> = {
  post_start: {
    shape: HOOKS,
    default: [],
    description:
      'A command that is run when it is ready by its own word, or a list of `{command, timeout}` that are run in turn; only when all have ended well it counts as ready. When one fails, the service is stopped and has failed.',
    example: 'post_start: {command: [./warm-up], timeout: 30s}',
  },
  pre_stop: {
    shape: HOOKS,
    default: [],
    description:
      'A command, or a list of `{command, timeout}`, that is run before a running service is told to stop; the stop goes on when it fails.',
    example: 'pre_stop: [curl, -X, POST, http://127.0.0.1:8000/drain]',
  },
  stop_command: {
    shape: HOOK,
    description:
      'A command that is run in place of the stop signal, within `stop_grace_period` and its own `timeout`; when it fails, the signal follows.',
    example: 'stop_command: nginx -s quit',
  },
  reload_signal: {
    shape: SIGNAL,
    default: 'SIGHUP',
    description: 'The signal that `supervisor reload NAME` sends.',
    example: 'reload_signal: SIGUSR2',
  },
}
