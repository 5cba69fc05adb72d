import type { Ready } from '../model.ts'
import { regexpRefusal } from '../regexp-refusal.ts'
import type { Form } from '../shape/form.ts'
import { object, type Keys, type Section } from '../shape/object.ts'
import { DURATION, filled, POSITIVE_DURATION, reportBadValue, scalar } from '../shape/scalar.ts'
import { convert, report, type Shape } from '../shape/shape.ts'
import { chosenProbe, POLLED, POLLED_KEYS, type PolledDocument } from './polled.ts'

interface ReadyDocument extends PolledDocument {
  readonly notify: Ready | undefined
  readonly log: Ready | undefined
  readonly delay: Ready | undefined
  readonly interval: number
  readonly timeout: number
}

const NOTIFY_FORM: Form = {
  kind: 'either',
  forms: [
    { kind: 'choice', values: ['systemd', 'fd:auto'] },
    { kind: 'text', words: '"fd:N" with N from 3 on', pattern: '^fd:(?:[3-9]|[1-9][0-9]{1,2})$', also: [] },
  ],
}

const NOTIFY: Shape<Ready> = scalar(NOTIFY_FORM, (found, at) => {
  if (found === 'systemd') return { kind: 'notify-systemd' }
  if (found === 'fd:auto') return { kind: 'notify-fd', fd: 'auto' }
  const fd = /^fd:([3-9]|[1-9][0-9]{1,2})$/.exec(found)?.[1]
  return fd === undefined ? reportBadValue(at, NOTIFY_FORM) : { kind: 'notify-fd', fd: Number(fd) }
})

const LOG: Shape<Ready> = convert(filled('a regular expression'), (source, at) => {
  try {
    // Made for its error alone, and with a flag that changes nothing: those of the same source and flags share what V8
    // made of the first, and those that are used are guarded only from when they are made (system/regexp-guard.ts).
    void new RegExp(source, 'd')
    const why = regexpRefusal(source)
    return why === null ? { kind: 'log', source } : report(at, 'bad-value', why)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // V8 says `Invalid regular expression: /SOURCE/: REASON`; only the reason is news.
    const why = error.message.slice(error.message.lastIndexOf(': ') + 2)
    return report(at, 'bad-value', `cannot read the regular expression: ${why}`)
  }
})

const KEYS: Keys<ReadyDocument> = {
  notify: {
    shape: NOTIFY,
    description:
      'The service says so itself: `systemd` when it sends `READY=1` to `$NOTIFY_SOCKET`, `fd:N` when it writes a newline to descriptor N as under s6, `fd:auto` with the number in `$NOTIFY_FD`.',
    example: 'notify: systemd',
  },
  log: {
    shape: LOG,
    description:
      'A line of its output matches this regular expression (JavaScript). Look-ahead, look-behind, back-references and flags as in `(?i:` are refused, and so are more than 16 repetitions by number, 10 captures or 250 characters, repetitions written out: one line could stop the supervisor.',
    example: 'log: "[Ll]istening on port \\\\d+"',
  },
  ...POLLED_KEYS,
  delay: {
    shape: convert(DURATION, (delayMs): Ready => ({ kind: 'delay', delayMs })),
    description: 'So much time has passed; for programs that cannot tell.',
    example: 'delay: 2s',
  },
  interval: {
    shape: POSITIVE_DURATION,
    default: '250ms',
    description: 'The longest wait between two attempts of a polled form; the first come after 10, 20, 40… ms.',
    example: 'tcp: 8000\ninterval: 1s',
  },
  timeout: {
    shape: POSITIVE_DURATION,
    default: '1s',
    description: 'How long one attempt of a polled form may take.',
    example: 'exec: [./check]\ntimeout: 5s',
  },
}

/** How a service tells that it is ready: exactly one of the forms. */
export const READY: Shape<Ready> = convert(
  object<ReadyDocument>(
    {
      name: 'services.NAME.ready',
      rules: [
        { kind: 'exactly-one', keys: ['notify', 'log', ...POLLED, 'delay'] },
        { kind: 'only-with', keys: ['interval', 'timeout'], with: POLLED },
      ],
    },
    KEYS,
  ),
  toReady,
)

function toReady({ values }: Section<ReadyDocument>): Ready | undefined {
  const probe = chosenProbe(values)
  if (probe === undefined) return values.notify ?? values.log ?? values.delay
  return { kind: 'poll', probe, intervalMs: values.interval, timeoutMs: values.timeout }
}
