import type { Restart } from '../model.ts'
import type { Form } from '../shape/form.ts'
import { either, join, listOnce } from '../shape/collection.ts'
import {
  choice,
  DURATION,
  EXIT_CODE,
  number,
  POSITIVE_DURATION,
  reportBadValue,
  scalar,
  whole,
} from '../shape/scalar.ts'
import { plainTree } from '../shape/plain.ts'
import { object, type Section } from '../shape/object.ts'
import { convert, hintAt, report, type Shape } from '../shape/shape.ts'

/** When and how often to start again; the policy is null where the file leaves it to the service's type. */
export type RestartRules = Omit<Restart, 'policy'> & { readonly policy: Restart['policy'] | null }

interface RestartDocument {
  readonly policy: Restart['policy'] | undefined
  readonly delay: number
  readonly max_delay: number
  readonly factor: number
  readonly jitter: number
  readonly max_attempts: number
  readonly window: number
  readonly prevent_exit_codes: readonly number[]
  readonly reset_after: number
}

const POLICIES = ['always', 'no', 'on-failure', 'unless-stopped'] as const

const JITTER: Shape<number> = scalar(
  { kind: 'text', words: 'a share from "0%" to "100%"', pattern: '^(?:100|[0-9]{1,2}(?:\\.[0-9]+)?)%$', also: [] },
  (share) => Number(share.slice(0, -1)) / 100,
)

const LONG: Shape<Section<RestartDocument>> = object<RestartDocument>(
  {
    name: 'services.NAME.restart',
    rules: [{ kind: 'only-with', keys: ['window'], with: ['max_attempts'] }],
  },
  {
    policy: {
      shape: choice(POLICIES),
      defaultNote: '`always` for a longrun, `no` for a oneshot',
      description:
        'After which ends it is started again: all, none, or only failures. A stop on request is always final. Nothing else may stand here with `no`.',
      example: 'policy: on-failure',
    },
    delay: {
      shape: POSITIVE_DURATION,
      default: '100ms',
      description: 'The wait before the first restart in a row.',
      example: 'delay: 1s',
    },
    max_delay: {
      shape: POSITIVE_DURATION,
      default: '30s',
      description: 'The longest wait to which the delay grows.',
      example: 'max_delay: 5m',
    },
    factor: {
      shape: number({ kind: 'number', words: 'a number, 1 or more', whole: 'fraction', minimum: 1, maximum: 1000 }),
      default: 2,
      description: 'By how much the delay grows with each restart in a row.',
      example: 'factor: 1.5',
    },
    jitter: {
      shape: JITTER,
      default: '10%',
      description:
        'By what share of the delay chance may lengthen or shorten it, so that many services do not start in step.',
      example: 'jitter: 0%',
    },
    max_attempts: {
      shape: whole('a whole number, 0 for no limit', 0),
      default: 0,
      description: 'How many restarts within `window` there are before the service has failed for good; 0 is no limit.',
      example: 'max_attempts: 5',
    },
    window: {
      shape: POSITIVE_DURATION,
      default: '60s',
      description: 'The time over which `max_attempts` counts.',
      example: 'max_attempts: 5\nwindow: 10m',
    },
    prevent_exit_codes: {
      shape: listOnce(EXIT_CODE),
      default: [],
      description:
        'The exit codes after which it is not started again, whatever the policy, as with `RestartPreventExitStatus=` of systemd: what is wrong then will be wrong again, such as its settings (78, `EX_CONFIG`).',
      example: 'prevent_exit_codes: [78]',
    },
    reset_after: {
      shape: DURATION,
      default: '10s',
      description: 'A service that had been ready for this long is restarted at once, and the counting begins anew.',
      example: 'reset_after: 1m',
    },
  },
)

const SHORT_FORM: Form = {
  kind: 'either',
  forms: [
    { kind: 'choice', values: POLICIES },
    { kind: 'text', words: '"on-failure:MAX"', pattern: '^on-failure:[1-9][0-9]{0,8}$', also: [] },
  ],
}

const SHORT: Shape<Section<RestartDocument>> = scalar(SHORT_FORM, (found, at) => {
  const attempts = /^on-failure:([1-9][0-9]{0,8})$/.exec(found)?.[1]
  const policy = attempts === undefined ? POLICIES.find((candidate) => candidate === found) : 'on-failure'
  if (policy === undefined) return reportBadValue(at, SHORT_FORM, hintAt(at, found, POLICIES))
  return LONG.read({ ...at, tree: plainTree({ policy, max_attempts: Number(attempts ?? 0) }, at.tree.place) })
})

/** A restart policy alone, or with its timing. */
export const RESTART: Shape<RestartRules> = convert(either({ scalar: SHORT, mapping: LONG }), toRules)

/** Whether what is always restarted can come to an end by itself, though to no good one. */
export function canComeToAnEnd({ maxAttempts, preventExitCodes }: RestartRules): boolean {
  return maxAttempts > 0 || preventExitCodes.length > 0
}

/** Whether it can end well for good: after a success that no other run follows. */
export function canSucceedForGood({ preventExitCodes }: RestartRules, successExitCodes: readonly number[]): boolean {
  return preventExitCodes.some((code) => successExitCodes.includes(code))
}

function toRules({ values, entries, at }: Section<RestartDocument>): RestartRules {
  const limit = entries.get('max_delay')
  if (limit !== undefined && values.max_delay < values.delay) {
    report(
      { ...at, tree: limit.value, path: join(at.path, limit.key) },
      'bad-value',
      '"max_delay" is shorter than "delay"',
    )
  }
  return {
    policy: values.policy ?? null,
    delayMs: values.delay,
    maxDelayMs: Math.max(values.delay, values.max_delay),
    factor: values.factor,
    jitter: values.jitter,
    maxAttempts: values.max_attempts,
    windowMs: values.window,
    preventExitCodes: values.prevent_exit_codes,
    resetAfterMs: values.reset_after,
  }
}
