import type { Keys } from '../shape/object.ts'
import { BOOLEAN, matching, number, reportBadValue, whole } from '../shape/scalar.ts'
import { convert, located, type Located, type Shape } from '../shape/shape.ts'
import { CAPABILITIES } from './capability.ts'
import { MEMORY_SIZE } from './size.ts'
import { ULIMITS, type Ulimits } from './ulimits.ts'

/** The keys of a service that bound what it may do and use. */
export interface ConfinementDocument {
  readonly umask: number | undefined
  readonly nice: Located<number> | undefined
  readonly oom_score_adj: Located<number> | undefined
  readonly ulimits: Located<Ulimits> | undefined
  readonly cap_add: readonly Located<string>[]
  readonly cap_drop: readonly Located<string>[]
  readonly no_new_privileges: Located<boolean>
  readonly mem_limit: Located<number> | undefined
  readonly cpus: Located<number> | undefined
  /** Null: no limit. */
  readonly pids_limit: Located<number | null> | undefined
  readonly max_memory: number | undefined
}

/** By its text, since YAML 1.2 takes `022` for twenty-two. */
const UMASK: Shape<number> = convert(
  matching('an octal mask from "000" to "777"', '^(?:0o?)?[0-7]{1,3}$', ['integer']),
  (found) => Number.parseInt(found.replace(/^0o/, ''), 8),
)

const PIDS_LIMIT = whole('a whole number over 0, or -1 for no limit', -1)

/** Below this a period of the kernel's has less than its smallest share (cpu.max of cgroup v2). */
const LEAST_CPUS = 0.01

const CPUS: Shape<number> = number({
  kind: 'number',
  words: 'a number of cores such as 0.5',
  whole: 'fraction',
  minimum: LEAST_CPUS,
  maximum: null,
})

const PRIVILEGES: Pick<Keys<ConfinementDocument>, 'umask' | 'cap_add' | 'cap_drop' | 'no_new_privileges'> = {
  umask: {
    shape: UMASK,
    defaultNote: 'that of the supervisor',
    description: 'The permissions that files it makes do not get, in octal, with or without a leading 0.',
    example: 'umask: "027"',
  },
  cap_add: {
    shape: CAPABILITIES,
    default: [],
    description:
      'Capabilities to give to a user who is not root, with or without `CAP_`; the supervisor has to have them itself. `ALL` is all that it has.',
    example: 'user: postgres\ncap_add: [NET_BIND_SERVICE]',
  },
  cap_drop: {
    shape: CAPABILITIES,
    default: [],
    description: 'Capabilities to take away, with or without `CAP_`; `ALL` leaves only those of `cap_add`.',
    example: 'cap_drop: [ALL]\ncap_add: [CHOWN, SETGID, SETUID]',
  },
  no_new_privileges: {
    shape: located(BOOLEAN),
    default: false,
    description: 'With `true` neither setuid programs nor file capabilities can give it more rights.',
    example: 'no_new_privileges: true',
  },
}

const PRIORITIES: Pick<Keys<ConfinementDocument>, 'nice' | 'oom_score_adj' | 'ulimits'> = {
  nice: {
    shape: located(whole('a whole number from -20 to 19', -20, 19)),
    defaultNote: 'that of the supervisor',
    description: 'Its priority for the CPU: 19 is the lowest, -20 the highest.',
    example: 'nice: 10',
  },
  oom_score_adj: {
    shape: located(whole('a whole number from -1000 to 1000', -1000, 1000)),
    defaultNote: 'that of the supervisor',
    description: 'How soon the kernel kills it when memory runs out: 1000 is first, -1000 never.',
    example: 'oom_score_adj: 500',
  },
  ulimits: {
    shape: located(ULIMITS),
    description: 'Limits of each of its processes: a number for both the soft and the hard limit, or the two of them.',
    example: 'ulimits:\n  nofile: {soft: 20000, hard: 40000}\n  core: 0',
  },
}

const RESOURCES: Pick<Keys<ConfinementDocument>, 'mem_limit' | 'cpus' | 'pids_limit' | 'max_memory'> = {
  mem_limit: {
    shape: located(MEMORY_SIZE),
    description:
      'Memory that all of its processes may take together; beyond that the kernel kills. A bare number is bytes. Needs a writable cgroup v2.',
    example: 'mem_limit: 512m',
  },
  cpus: {
    shape: located(CPUS),
    description: 'CPU time that all of its processes may take together, in cores. Needs a writable cgroup v2.',
    example: 'cpus: 1.5',
  },
  pids_limit: {
    shape: located(
      convert(PIDS_LIMIT, (found, at) =>
        found === 0 ? reportBadValue(at, PIDS_LIMIT.form) : found < 0 ? null : found,
      ),
    ),
    description: 'Processes and threads that it may have; -1 is no limit. Needs a writable cgroup v2.',
    example: 'pids_limit: 100',
  },
  max_memory: {
    shape: MEMORY_SIZE,
    description:
      'Memory of all of its processes together, what they share counted once, over which the service is restarted; looked at every five seconds, and works anywhere. A bare number is bytes.',
    example: 'max_memory: 1g',
  },
}

/** The keys of a service that bound what it may do and use. */
export const CONFINEMENT: Keys<ConfinementDocument> = { ...PRIVILEGES, ...PRIORITIES, ...RESOURCES }
