import { ULIMIT_NAMES, type Ulimit, type UlimitName } from '../model.ts'
import { either } from '../shape/collection.ts'
import { object, type Keys, type Section } from '../shape/object.ts'
import { choice, whole } from '../shape/scalar.ts'
import { convert, located, report, type At, type Located, type Shape } from '../shape/shape.ts'
import type { Form } from '../shape/form.ts'

/** The limits that a service declares; what cannot be read is left out. */
export type Ulimits = ReadonlyMap<UlimitName, Located<Ulimit>>

type Amount = number | 'unlimited'
type UlimitsDocument = { readonly [N in UlimitName]: Located<Ulimit> | undefined }

interface UlimitDocument {
  readonly soft: Amount | undefined
  readonly hard: Amount | undefined
}

const NUMBER = convert(whole('a whole number, or -1 or "unlimited" for no limit', -1), (found): Amount =>
  found < 0 ? 'unlimited' : found,
)
const WORD: Shape<Amount> = choice(['unlimited'])
const FORM: Form = { kind: 'either', forms: [NUMBER.form, WORD.form] }

const AMOUNT: Shape<Amount> = {
  form: FORM,
  read: (at) => (at.tree.kind === 'scalar' && at.tree.text === 'unlimited' ? WORD : NUMBER).read(at),
}

const BOTH = object<UlimitDocument>(
  {
    name: 'services.NAME.ulimits.NAME',
    rules: [
      { kind: 'exactly-one', keys: ['soft'] },
      { kind: 'exactly-one', keys: ['hard'] },
    ],
  },
  {
    soft: {
      shape: AMOUNT,
      description: 'What holds at first; the program itself may raise it up to `hard`.',
      example: 'soft: 20000\nhard: 40000',
    },
    hard: {
      shape: AMOUNT,
      description: 'The most to which the program may raise it.',
      example: 'soft: 1024\nhard: unlimited',
    },
  },
)

const ULIMIT: Shape<Located<Ulimit>> = located(
  either<Ulimit>({
    scalar: convert(AMOUNT, (amount) => ({ soft: amount, hard: amount })),
    mapping: convert(BOTH, toUlimit),
  }),
)

function toUlimit({ values: { soft, hard }, entries, at }: Section<UlimitDocument>): Ulimit | undefined {
  if (soft === undefined || hard === undefined) return undefined
  if (!isOver(soft, hard)) return { soft, hard }
  const place: At = { ...at, tree: entries.get('soft')?.value ?? at.tree, path: `${at.path}.soft` }
  return report(place, 'bad-value', `the soft limit ${soft} is over the hard limit ${hard}; lower it, or raise "hard"`)
}

/** Whether one limit is higher than another. */
export function isOver(limit: Amount, other: Amount): boolean {
  return other !== 'unlimited' && (limit === 'unlimited' || limit > other)
}

/** What each one limits (getrlimit(2)), and an example. */
const TEXTS: Readonly<Record<UlimitName, readonly [description: string, example: string]>> = {
  as: ['Address space of a process, in bytes.', 'as: 4294967296'],
  core: ['Size of a core file, in bytes; with `0` none is written.', 'core: 0'],
  cpu: ['CPU time of a process, in seconds; at the soft limit it gets SIGXCPU.', 'cpu: {soft: 3600, hard: 3700}'],
  data: ['Data segment of a process, in bytes.', 'data: 1073741824'],
  fsize: ['Size of a file that it writes, in bytes.', 'fsize: 1073741824'],
  memlock: ['Memory that it may lock, in bytes.', 'memlock: unlimited'],
  msgqueue: ['POSIX message queues of its user, in bytes.', 'msgqueue: 819200'],
  nice: ['How far it may raise its priority: a nice value down to 20 minus this.', 'nice: 30'],
  nofile: ['The highest number of open files, plus one.', 'nofile: {soft: 20000, hard: 40000}'],
  nproc: ['Processes and threads of its user, those outside of the service included.', 'nproc: 4096'],
  rtprio: ['The highest real-time priority that it may take.', 'rtprio: 10'],
  rttime: ['Time on the CPU without a blocking call under real-time scheduling, in microseconds.', 'rttime: 200000'],
  sigpending: ['Signals that may be queued for its user.', 'sigpending: 4096'],
  stack: ['Stack of a process, in bytes.', 'stack: 8388608'],
}

/** What Compose knows, and Linux does nothing about (getrlimit(2)). */
const UNENFORCED: ReadonlyMap<string, string> = new Map([
  ['rss', 'Linux does not enforce it; use "mem_limit" or "max_memory"'],
  ['locks', 'Linux does not enforce it; leave it out'],
])

const KEYS = Object.fromEntries(
  ULIMIT_NAMES.map((name) => {
    const [description, example] = TEXTS[name]
    return [name, { shape: ULIMIT, description, example }]
  }),
) as unknown as Keys<UlimitsDocument>

/** Limits of each process by their names, as a number for both or with soft and hard. */
export const ULIMITS: Shape<Ulimits> = convert(
  object<UlimitsDocument>({ name: 'services.NAME.ulimits', advice: UNENFORCED }, KEYS),
  ({ values }) =>
    new Map(
      ULIMIT_NAMES.flatMap((name) => {
        const limit = values[name]
        return limit === undefined ? [] : [[name, limit] as const]
      }),
    ),
)
