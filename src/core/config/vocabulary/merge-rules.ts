/**
 * How a value of a later file meets that of an earlier one.
 *
 * - `default`: mappings by key; lists append what is not there yet; anything else is replaced
 * - `replace`: the later one stands, a list too
 * - `assignments`: mappings by key; a list of `NAME=value` by name, and both forms meet
 * - `edges`: mappings by key; a list of names is a mapping without conditions
 * - `files`: lists by path; one alone is a list of one
 * - `commands`: lists of commands append; one command meets another by the rule `one`
 * - `mapping`: mappings by key, each by a rule of its own; anything else is replaced
 */
export type MergeRule =
  | { readonly kind: 'default' | 'replace' | 'assignments' | 'edges' | 'files' }
  | { readonly kind: 'commands'; readonly one: MappingRule }
  | MappingRule

/** How mappings meet. */
export interface MappingRule {
  readonly kind: 'mapping'
  readonly keys: ReadonlyMap<string, MergeRule>
  /** For all other keys. */
  readonly others: MergeRule
  /** By key, what it takes the place of besides: keys that it excludes, and those that make sense only beside them. */
  readonly replaces: ReadonlyMap<string, readonly string[]>
}

export const DEFAULT: MergeRule = { kind: 'default' }
const REPLACE: MergeRule = { kind: 'replace' }
const ASSIGNMENTS: MergeRule = { kind: 'assignments' }
const FILES: MergeRule = { kind: 'files' }

const COMMANDS: MergeRule = {
  kind: 'commands',
  one: mapping({ command: REPLACE }, { choices: { command: [], script: [] } }),
}

/** Every probe can be asked again and again; `interval` and `timeout` say how. */
const POLLED: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  ['tcp', 'unix', 'http', 'postgres', 'redis', 'exec', 'file'].map((form) => [form, ['interval', 'timeout']]),
)
const PROBE: Readonly<Record<string, MergeRule>> = {
  exec: REPLACE,
  http: mapping({ status: REPLACE }),
}

const SERVICE = mapping(
  {
    command: REPLACE,
    success_exit_codes: REPLACE,
    restart: mapping({ prevent_exit_codes: REPLACE }),
    depends_on: { kind: 'edges' },
    environment: ASSIGNMENTS,
    labels: ASSIGNMENTS,
    env_file: FILES,
    ready: mapping(PROBE, { choices: { ...POLLED, notify: [], log: [], delay: [] } }),
    healthcheck: mapping({ ...PROBE, test: REPLACE }, { choices: { ...POLLED, test: ['interval', 'timeout'] } }),
    schedule: mapping({}, { choices: { every: [], cron: ['time_zone'] } }),
    post_start: COMMANDS,
    pre_stop: COMMANDS,
    stop_command: COMMANDS,
  },
  { choices: { command: [], script: [] } },
)

/** How two files meet, by Compose's rules (compose-spec, 13-merge.md; compose-go, override/merge.go and uncity.go). */
export const MERGE_RULES: MergeRule = mapping({
  environment: ASSIGNMENTS,
  env_file: FILES,
  services: mapping({}, { others: SERVICE }),
})

interface Options {
  readonly others?: MergeRule
  /** Keys of which one excludes the others, each with those that may stand beside it. */
  readonly choices?: Readonly<Record<string, readonly string[]>>
}

function mapping(
  keys: Readonly<Record<string, MergeRule>>,
  { others = DEFAULT, choices = {} }: Options = {},
): MappingRule {
  return {
    kind: 'mapping',
    keys: new Map(Object.entries(keys)),
    others,
    replaces: replacedBy(Object.entries(choices)),
  }
}

function replacedBy(
  choices: readonly (readonly [string, readonly string[]])[],
): ReadonlyMap<string, readonly string[]> {
  const all = new Set(choices.flat(2))
  return new Map(choices.map(([key, beside]) => [key, [...all].filter((one) => one !== key && !beside.includes(one))]))
}
