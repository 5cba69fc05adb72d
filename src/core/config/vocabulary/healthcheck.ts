import type { Healthcheck, Probe } from '../model.ts'
import { either, list } from '../shape/collection.ts'
import { orList } from '../shape/form.ts'
import { object, type Keys, type Section } from '../shape/object.ts'
import { BOOLEAN, choice, DURATION, matching, POSITIVE_DURATION, text, whole } from '../shape/scalar.ts'
import { convert, located, report, type At, type Located, type Shape } from '../shape/shape.ts'
import { chosenProbe, POLLED, POLLED_KEYS, type PolledDocument } from './polled.ts'

/** How a service is asked whether it is well, as the file has it. */
export type HealthcheckRules = Omit<Healthcheck, 'isReadiness'>

/** Whether a running service is well: asked, and told by itself. */
export interface HealthDocument {
  readonly healthcheck: Located<HealthcheckRules | null> | undefined
  readonly watchdog: number | undefined
}

interface HealthcheckDocument extends PolledDocument {
  readonly test: Probe | 'none' | undefined
  readonly disable: boolean
  readonly interval: number
  readonly timeout: number
  readonly retries: number
  readonly start_period: number
  readonly start_interval: number
  readonly on_unhealthy: Healthcheck['onUnhealthy']
}

const TEST: Shape<Probe | 'none'> = either<Probe | 'none'>({
  scalar: convert(matching('shell text', String.raw`\S`, ['boolean']), shellProbe),
  list: convert(list(text('a word'), 1), listedTest),
})

function shellProbe(script: string): Probe | 'none' {
  return script === 'NONE' ? 'none' : { kind: 'exec', argv: ['/bin/sh', '-c', script] }
}

function listedTest(words: readonly string[], at: At): Probe | 'none' | undefined {
  const [first = '', ...argv] = words
  const [script = ''] = argv
  switch (first) {
    case 'NONE':
      return argv.length === 0 ? 'none' : report(at, 'bad-value', 'nothing may follow "NONE"')
    case 'CMD':
      return script === ''
        ? report(at, 'bad-value', 'after "CMD" the name of a program has to follow')
        : { kind: 'exec', argv }
    case 'CMD-SHELL':
      return script === '' || argv.length > 1
        ? report(at, 'bad-value', 'after "CMD-SHELL" exactly one text for the shell has to follow')
        : { kind: 'exec', argv: ['/bin/sh', '-c', script] }
    default:
      return report(at, 'bad-value', 'a list has to begin with "CMD", "CMD-SHELL" or "NONE"; or use "exec"')
  }
}

const KEYS: Keys<HealthcheckDocument> = {
  test: {
    shape: TEST,
    description:
      'A command in the words of Compose, which ends with 0 when the service is well: text for `/bin/sh -c`, or a list that begins with `CMD` (a command in words), `CMD-SHELL` (one text for the shell) or `NONE` (no checks).',
    example: 'test: [CMD, curl, -f, http://127.0.0.1:8000/health]',
  },
  ...POLLED_KEYS,
  disable: {
    shape: BOOLEAN,
    default: false,
    description: 'With `true` there are no checks, whatever else stands here.',
    example: 'disable: true',
  },
  interval: {
    shape: POSITIVE_DURATION,
    default: '30s',
    description: 'The pause between the end of a check and the next one.',
    example: 'tcp: 5432\ninterval: 10s',
  },
  timeout: {
    shape: POSITIVE_DURATION,
    default: '30s',
    description: 'How long a check may take; then it has failed, and a command is killed with all that it started.',
    example: 'exec: [./check]\ntimeout: 5s',
  },
  retries: {
    shape: whole('a whole number, 1 or more', 1),
    default: 3,
    description: 'How many checks in a row have to fail before the service is unhealthy.',
    example: 'tcp: 5432\nretries: 5',
  },
  start_period: {
    shape: DURATION,
    default: '0s',
    description:
      'For how long, from the first check on, failures do not count; a check that passes ends it. With no `ready` it only lengthens the default of `start_timeout`.',
    example: 'tcp: 5432\nstart_period: 1m',
  },
  start_interval: {
    shape: POSITIVE_DURATION,
    default: '5s',
    description:
      'The pause between checks during `start_period`; with no `ready`, the longest one until the first check passes.',
    example: 'tcp: 5432\nstart_period: 1m\nstart_interval: 2s',
  },
  on_unhealthy: {
    shape: choice(['restart', 'shutdown', 'ignore']),
    default: 'restart',
    description:
      'What happens when it is unhealthy: it is stopped, and `restart` says what follows, as after any failure; everything is shut down, with status 1; or it is only told.',
    example: 'tcp: 5432\non_unhealthy: ignore',
  },
}

const FORMS = ['test', ...POLLED] as const

/** Null when it is switched off. */
const HEALTHCHECK: Shape<HealthcheckRules | null> = convert(
  object<HealthcheckDocument>(
    {
      name: 'services.NAME.healthcheck',
      rules: [{ kind: 'exactly-one', keys: FORMS, unless: 'disable' }],
    },
    KEYS,
  ),
  toRules,
)

function toRules({ values, entries, at }: Section<HealthcheckDocument>): HealthcheckRules | null | undefined {
  if (values.disable || values.test === 'none') return null
  const probe = values.test ?? chosenProbe(values)
  if (probe === undefined) {
    // A form that is there could not be read, and without "disable" its absence was told.
    if (!entries.has('disable') || FORMS.some((key) => entries.has(key))) return undefined
    return report(at, 'missing-key', `${orList(FORMS.map((key) => `"${key}"`))} is missing`, at.name)
  }
  return {
    probe,
    intervalMs: values.interval,
    timeoutMs: values.timeout,
    retries: values.retries,
    startPeriodMs: values.start_period,
    startIntervalMs: values.start_interval,
    onUnhealthy: values.on_unhealthy,
  }
}

/** Their keys. */
export const HEALTH_KEYS: Keys<HealthDocument> = {
  healthcheck: {
    shape: located(HEALTHCHECK),
    description:
      'How it is asked whether it is well, for as long as it runs. With no `ready`, the first check that passes makes it ready.',
    example: 'healthcheck: {http: "http://127.0.0.1:8000/health", interval: 10s, retries: 3}',
  },
  watchdog: {
    shape: POSITIVE_DURATION,
    description:
      'Once ready, it has to send `WATCHDOG=1` to `$NOTIFY_SOCKET` at least this often, as with `WatchdogSec=` of systemd; `$WATCHDOG_USEC` tells it so. When it does not, it gets SIGABRT and has failed.',
    example: 'ready: {notify: systemd}\nwatchdog: 30s',
  },
}
