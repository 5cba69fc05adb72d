import { parseSignal } from '../../../src/core/config/signal.ts'
import type { ServiceEffect } from '../../../src/core/service/effect.ts'
import type { RunEvent, ServiceTimer } from '../../../src/core/service/event.ts'
import { formatMs } from '../../../src/core/text/span.ts'
import type { State } from '../../../src/core/service/state.ts'
import type { SupervisorEffect } from '../../../src/core/supervisor/effect.ts'
import type { SupervisorEvent } from '../../../src/core/supervisor/event.ts'
import { describeChange, describeShutdown, type Message } from '../../../src/core/supervisor/words.ts'

/** What the second word of a line about a service means; the rest of the line is given to it. */
const HAPPENINGS: Readonly<Record<string, (rest: string, run: number) => RunEvent>> = {
  spawned: (_, run) => ({ kind: 'spawned', run, pid: run * 100 }),
  unspawnable: (message, run) => ({ kind: 'spawn-failed', run, message, status: 127 }),
  'already-there': (_, run) => ({ kind: 'already-created', run }),
  says: (message, run) => ({ kind: 'notified', run, message }),
  ready: (_, run) => ({ kind: 'became-ready', run }),
  unready: (why, run) => ({ kind: 'attempt-failed', run, why }),
  exits: (code, run) => ({ kind: 'exited', run, exit: { kind: 'code', code: Number(code) } }),
  dies: (name, run) => ({ kind: 'exited', run, exit: { kind: 'signal', signal: parseSignal(name) ?? 'SIGKILL' } }),
  cleared: (_, run) => ({ kind: 'cleared', run }),
  timer: (timer, run) => ({ kind: 'timer-expired', run, timer: timer as ServiceTimer }),
}

/**
 * Reads what happens: `begin`, `start|stop|restart NAME…`, `SIGTERM`, `shutdown`, `shutdown-timeout`, or a service and
 * what it does, such as `redis exits 3`.
 *
 * @param runOf The number of a service's current run.
 */
export function readEvent(line: string, runOf: (service: string) => number): SupervisorEvent {
  const [first = '', second = '', ...more] = line.split(' ')
  const services = [second, ...more]
  switch (first) {
    case 'begin':
      return { kind: 'begun' }
    case 'start':
      return { kind: 'start-requested', services }
    case 'stop':
      return { kind: 'stop-requested', services }
    case 'restart':
      return { kind: 'restart-requested', services }
    case 'shutdown':
      return { kind: 'shutdown-requested', by: 'supervisor shutdown', status: 0, insist: false }
    case 'shutdown-timeout':
      return { kind: 'shutdown-timeout-expired' }
    default:
      if (parseSignal(first) !== null) return { kind: 'shutdown-requested', by: first, status: 0, insist: true }
      return { kind: 'service', service: first, event: readHappening(second, more.join(' '), runOf(first)) }
  }
}

/** An effect as lines: what is to be done, and below a change, after `|`, what is told about it. */
export function writeEffect(effect: SupervisorEffect): readonly string[] {
  switch (effect.kind) {
    case 'service':
      return [`${effect.service}  ${writeServiceEffect(effect.effect)}`]
    case 'changed': {
      const { before, after } = effect
      const message = describeChange(before, after)
      return [
        `${after.config.name}  ${writeState(before.state)} → ${writeState(after.state)}`,
        ...writeMessage(message),
      ]
    }
    case 'shutdown-began':
      return writeMessage(describeShutdown(effect.cause))
    case 'patience-ended':
      return ['patience is over']
    case 'start-shutdown-timer':
      return [`start shutdown-timeout, ${formatMs(effect.afterMs)}`]
    case 'set-ready-file':
      return [`ready file ${effect.presence}`]
    case 'end':
      return [`end with ${effect.cause.status}`]
  }
}

function readHappening(word: string, rest: string, run: number): RunEvent {
  const read = HAPPENINGS[word]
  if (read === undefined) throw new Error(`no service can "${word}"; it can: ${Object.keys(HAPPENINGS).join(', ')}`)
  return read(rest, run)
}

function writeServiceEffect(effect: ServiceEffect): string {
  switch (effect.kind) {
    case 'spawn':
      return `spawn run ${effect.run}`
    case 'watch-readiness':
      return 'watch for readiness'
    case 'unwatch-readiness':
      return 'watch no more'
    case 'signal':
      return `send ${effect.signal}${effect.scope === 'group' ? ' to the group' : ''}`
    case 'clear':
      return 'clear away what is left'
    case 'start-timer':
      return `start ${effect.timer}, ${formatMs(effect.afterMs)}`
    case 'cancel-timer':
      return `cancel ${effect.timer}`
  }
}

function writeState(state: State): string {
  return state.kind === 'stopping' ? `stopping (${state.step})` : state.kind
}

function writeMessage(message: Message | null): readonly string[] {
  if (message === null) return []
  return [`| ${message.level === 'info' ? '' : `${message.level}: `}${message.text}`]
}
