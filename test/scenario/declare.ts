import type { Config, Dependency, Healthcheck, ServiceConfig } from '../../src/core/config/model.ts'
import { parseSignal } from '../../src/core/config/signal.ts'
import { withCommand } from '../../src/core/supervisor/command.ts'
import { config, needs, needsDone, restart, serviceConfig, TOLD } from '../core/support.ts'

/** What can be said of a service, in the order in which it is looked for. */
const CLAUSES: readonly (readonly [RegExp, (found: readonly string[]) => Partial<ServiceConfig>])[] = [
  [/^oneshot$/, () => ({ type: 'oneshot', startTimeoutMs: null, restart: restart({ policy: 'no' }) })],
  [/^tells when ready$/, () => ({ ready: TOLD })],
  [/^ready within (.+)$/, ([time]) => ({ ready: TOLD, startTimeoutMs: readMs(time) })],
  [/^creates (.+)$/, ([file]) => ({ creates: file ?? null })],
  [/^stops by (\S+) within (.+)$/, ([name, time]) => ({ stopSignal: signal(name), stopGracePeriodMs: readMs(time) })],
  [/^given up after (\d+)$/, ([times]) => ({ restart: restart({ maxAttempts: Number(times) }) })],
  [/^failure ignored$/, () => ({ onFailure: 'ignore' })],
  [/^unhealthy after (\d+) \((.+)\)$/, ([retries, action]) => ({ healthcheck: readCheck(Number(retries), action) })],
  [/^each (.+)$/, ([time]) => ({ schedule: { kind: 'every', everyMs: readMs(time) } })],
  [/^pre_stop$/, () => ({ preStop: [{ argv: ['true'], timeoutMs: 10_000 }] })],
]

/**
 * Reads lines such as `app: after migrate and redis (stop), ready within 5 s`; in brackets stands what becomes of it when
 * that is lost. The name `command` stands for the foreground
 * command, `shutdown` for the budget of the shutdown.
 */
export function readServices(lines: readonly string[]): Config {
  const declared = lines.map((line) => line.trim().split(': ', 2)).map(([name = '', text = '']) => ({ name, text }))
  const named = (wanted: string): string | undefined => declared.find(({ name }) => name === wanted)?.text
  const oneshots = new Set(declared.filter(({ text }) => text.includes('oneshot')).map(({ name }) => name))
  const services = declared
    .filter(({ name }) => name !== 'command' && name !== 'shutdown')
    .map(({ name, text }) => serviceConfig(readKeys(name, text, oneshots)))
  const budget = named('shutdown')
  const set = { ...config(...services), shutdownTimeoutMs: budget === undefined ? null : readMs(budget.slice(7)) }
  const command = named('command')
  return command === undefined ? set : withCommand(set, command.split(' '))
}

/** `250 ms` or `1.5 s` in milliseconds. */
export function readMs(text = ''): number {
  const [number, unit] = text.trim().split(' ')
  if (unit !== 'ms' && unit !== 's') throw new Error(`"${text}" is no time`)
  return Number(number) * (unit === 's' ? 1_000 : 1)
}

function readKeys(name: string, text: string, oneshots: ReadonlySet<string>): Partial<ServiceConfig> {
  const clauses = text.split(', ').filter((part) => part !== 'longrun')
  return Object.assign({ name }, ...clauses.map((clause) => readClause(clause, oneshots)))
}

function readClause(clause: string, oneshots: ReadonlySet<string>): Partial<ServiceConfig> {
  if (clause.startsWith('after ')) return { dependsOn: readEdges(clause.slice(6), oneshots) }
  for (const [pattern, read] of CLAUSES) {
    const found = pattern.exec(clause)
    if (found !== null) return read(found.slice(1))
  }
  throw new Error(`nothing is known of services that are "${clause}"`)
}

function readEdges(text: string, oneshots: ReadonlySet<string>): readonly Dependency[] {
  return text.split(' and ').map((words) => {
    const [name = '', note] = words.split(' ')
    const whenLost = note === '(stop)' ? 'stop' : note === '(restart)' ? 'restart' : 'ignore'
    const keys = { required: note !== '(optional)', whenLost } as const
    return oneshots.has(name) ? needsDone(name, keys) : needs(name, keys)
  })
}

function readCheck(retries: number, action = ''): Healthcheck {
  if (action !== 'restart' && action !== 'shutdown' && action !== 'ignore') throw new Error(`nobody does "${action}"`)
  return {
    probe: { kind: 'tcp', host: '127.0.0.1', port: 5432 },
    intervalMs: 1_000,
    timeoutMs: 1_000,
    retries,
    startPeriodMs: 0,
    startIntervalMs: 1_000,
    onUnhealthy: action,
    isReadiness: false,
  }
}

function signal(name = ''): ServiceConfig['stopSignal'] {
  const found = parseSignal(name)
  if (found === null) throw new Error(`"${name}" is no signal`)
  return found
}
