import type { Entry } from '../tree.ts'
import { join } from './collection.ts'
import { orList, type Rule } from './form.ts'
import { report, type At } from './shape.ts'

/** What a mapping holds: its entries, the values read from them or by default, and the keys that could not be read. */
export interface Held {
  readonly entries: ReadonlyMap<string, Entry>
  readonly values: ReadonlyMap<string, unknown>
  readonly wrong: ReadonlySet<string>
}

/** Reports keys that do not go together, and those that are missing. */
export function checkRules(at: At, rules: readonly Rule[], held: Held): void {
  for (const rule of rules) checkRule(at, rule, held)
}

function checkRule(at: At, rule: Rule, held: Held): void {
  switch (rule.kind) {
    case 'exactly-one':
      return checkExactlyOne(at, rule, held)
    case 'only-with': {
      if (rule.with.some((key) => held.entries.has(key))) return
      return conflict(at, held, rule.keys, (key) => `"${key}" goes only with ${orList(rule.with.map(quoted))}`)
    }
    case 'excludes': {
      if (!held.entries.has(rule.key)) return
      return conflict(at, held, rule.keys, (key) => `"${key}" and "${rule.key}" exclude each other; keep one of them`)
    }
    case 'only-when': {
      if (held.wrong.has(rule.key) || held.values.get(rule.key) === rule.value) return
      return conflict(at, held, rule.keys, (key) => `"${key}" is only for "${rule.key}: ${rule.value}"`)
    }
  }
}

function checkExactlyOne(at: At, { keys, unless }: Extract<Rule, { kind: 'exactly-one' }>, held: Held): void {
  const [first, ...others] = keys.filter((key) => held.entries.has(key))
  if (first === undefined && (unless === undefined || !held.entries.has(unless))) {
    report(at, 'missing-key', `${orList(keys.map(quoted))} is missing`, at.name)
  }
  conflict(at, held, others, (key) => `"${key}" and "${first}" exclude each other; keep one of them`)
}

function quoted(key: string): string {
  return `"${key}"`
}

function conflict(at: At, held: Held, keys: readonly string[], message: (key: string) => string): void {
  for (const key of keys) {
    const entry = held.entries.get(key)
    if (entry !== undefined) report({ ...at, path: join(at.path, key) }, 'conflicting-keys', message(key), entry.place)
  }
}
