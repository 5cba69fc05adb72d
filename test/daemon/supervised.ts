import { isUtf8 } from 'node:buffer'
import type { Config } from '../../src/core/config/model.ts'
import type { Logger } from '../../src/core/log/logger.ts'
import { createRedactor } from '../../src/core/text/redact.ts'
import { createCalendar } from '../../src/daemon/calendar.ts'
import { createEventLog, type EventLog } from '../../src/daemon/event-log.ts'
import { createLastLines } from '../../src/daemon/last-lines.ts'
import { createLogs, type Logs } from '../../src/daemon/logs.ts'
import { createReporter, type Reporter } from '../../src/daemon/reporter.ts'
import { createSupervision, type Supervision } from '../../src/daemon/supervision.ts'
import { FakeMachine } from './fake-machine.ts'

/** A set of services under supervision on a machine in memory. */
export interface Supervised {
  readonly machine: FakeMachine
  readonly loop: Supervision
  readonly logs: Logs
  readonly reporter: Reporter
  readonly events: EventLog
  readonly dateOf: (instant: number) => number
  /** What the supervisor said: `error: …`. */
  readonly told: string[]
  readonly faults: unknown[]
  /** The statuses with which it ended. */
  readonly ends: number[]
  /** Where every service stands: `web running`. */
  readonly states: () => readonly string[]
}

/** What is supervised; everything is wanted unless somebody is named. */
export interface SupervisedOptions {
  readonly wanted?: readonly string[]
  readonly command?: readonly string[]
  readonly machine?: FakeMachine
}

/** Supervises a set; nothing has happened yet. */
export function supervised(config: Config, options: SupervisedOptions = {}): Supervised {
  const machine = options.machine ?? new FakeMachine()
  const told: string[] = []
  const faults: unknown[] = []
  const ends: number[] = []
  const logger = tellInto(told)
  const text = { services: [...config.services.keys()], encode, decode, isUtf8, redact, warn: logger.warn }
  const { output, openLogFile, clock } = machine
  const dateOf = createCalendar(clock)
  const logs = createLogs({ output, openLogFile, clock, dateOf, ...text })
  const events = createEventLog(dateOf, redact)
  const reporter = createReporter(logger, createLastLines(logs, redact))
  const loop = createSupervision({
    machine,
    events,
    config,
    wanted: new Set(options.wanted ?? config.services.keys()),
    command: options.command ?? null,
    supervisorId: 'id',
    logs,
    reporter,
    ended: (status) => void ends.push(status),
    faulted: (error) => void faults.push(error),
  })
  const states = (): readonly string[] =>
    [...loop.supervisor().members].map(([name, { service }]) => `${name} ${service.state.kind}`)
  return { machine, loop, logs, reporter, events, dateOf, told, faults, ends, states }
}

/** As of a set with these secrets. */
export const redact: (text: string) => string = createRedactor(['hunter2', 'hun"ter\t2nd'])

/** Text as the bytes of a pipe. */
function encode(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text))
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

function tellInto(told: string[]): Logger {
  return {
    info: (text) => void told.push(text),
    warn: (text) => void told.push(`warning: ${text}`),
    error: (text) => void told.push(`error: ${text}`),
  }
}
