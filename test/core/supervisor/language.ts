import { parseSignal } from '../../../src/core/config/signal.ts'
import type { ServiceEffect } from '../../../src/core/service/effect.ts'
import type { Exit } from '../../../src/core/service/exit.ts'
import type { HookName, ServiceEvent, ServiceTimer } from '../../../src/core/service/event.ts'
import { formatMs } from '../../../src/core/text/span.ts'
import type { SupervisorEffect } from '../../../src/core/supervisor/effect.ts'
import type { SupervisorEvent } from '../../../src/core/supervisor/event.ts'
import { describeShutdown, type Message } from '../../../src/core/supervisor/words.ts'

/** What the second word of a line about a service means; the rest of the line is given to it. */
const HAPPENINGS: Readonly<Record<string, (rest: string, run: number) => ServiceEvent>> = {
  spawned: (_, run) => ({ kind: 'spawned', run, pid: run * 100 }),
  unspawnable: (message, run) => ({ kind: 'spawn-failed', run, message, status: 127 }),
  'already-there': (_, run) => ({ kind: 'already-created', run }),
  says: (message, run) => ({ kind: 'notified', run, message }),
  ready: (_, run) => ({ kind: 'became-ready', run }),
  unready: (why, run) => ({ kind: 'attempt-failed', run, why }),
  exits: (code, run) => ({ kind: 'exited', run, exit: { kind: 'code', code: Number(code) } }),
  dies: (name, run) => ({ kind: 'exited', run, exit: readDeath(name) }),
  takes: (bytes, run) => ({ kind: 'memory-measured', run, bytes: Number(bytes) }),
  cleared: (_, run) => ({ kind: 'cleared', run }),
  passes: (output, run) => ({ kind: 'health-checked', run, passed: true, output }),
  fails: (output, run) => ({ kind: 'health-checked', run, passed: false, output }),
  hook: (text, run) => {
    const [hook, ...why] = text.split(' ')
    return { kind: 'hook-ended', run, hook: hook as HookName, why: why.length === 0 ? null : why.join(' ') }
  },
  due: () => ({ kind: 'schedule-due' }),
  timer: (timer, run) => ({ kind: 'timer-expired', run, timer: timer as ServiceTimer }),
}

/**
 * Reads what happens: `begin`, `start|stop|restart|reload NAME…`, `signal SIGNAL NAME…`, `SIGTERM`, `shutdown`, `shutdown-timeout`, `command-timeout`,
 * `got SIGNAL`, `hang-up`, or a service and what it does, such as `redis exits 3`.
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
    case 'reload':
      return { kind: 'reload-requested', services }
    case 'signal':
      return { kind: 'signal-requested', services: more, signal: parseSignal(second) ?? 'SIGKILL' }
    case 'shutdown':
      return { kind: 'shutdown-requested', by: 'supervisor shutdown', status: 0, insist: false }
    case 'shutdown-timeout':
      return { kind: 'shutdown-timeout-expired' }
    case 'command-timeout':
      return { kind: 'command-timeout-expired' }
    case 'hang-up':
      return { kind: 'terminal-lost' }
    case 'got':
      return { kind: 'signal-received', signal: parseSignal(second) ?? 'SIGKILL' }
    default:
      if (parseSignal(first) !== null) return { kind: 'shutdown-requested', by: first, status: 0, insist: true }
      return { kind: 'service', service: first, event: readHappening(second, more.join(' '), runOf(first)) }
  }
}

/** An effect as lines: what is to be done, and after `|` what is told. */
export function writeEffect(effect: SupervisorEffect): readonly string[] {
  switch (effect.kind) {
    case 'service':
      return [`${effect.service}  ${writeServiceEffect(effect.effect)}`]
    case 'tell':
      return writeMessage(effect.message)
    case 'shutdown-began':
      return writeMessage(describeShutdown(effect.cause))
    case 'patience-ended':
      return [`patience is over: ${effect.why}`]
    case 'start-shutdown-timer':
      return [`start shutdown-timeout, ${formatMs(effect.afterMs)}`]
    case 'start-command-timer':
      return [`start command-timeout, ${formatMs(effect.afterMs)}`]
    case 'cancel-command-timer':
      return ['cancel command-timeout']
    case 'set-ready-file':
      return [`ready file ${effect.presence}`]
    case 'end':
      return [`end with ${effect.cause.status}`]
  }
}

/** `dies SIGTERM`; `dies by-somebody` and `dies for-memory`: of a SIGKILL that the supervisor did not send. */
function readDeath(how: string): Exit {
  if (how === 'by-somebody') return { kind: 'signal', signal: 'SIGKILL', sender: 'unknown' }
  if (how === 'for-memory') return { kind: 'signal', signal: 'SIGKILL', sender: 'out-of-memory' }
  return { kind: 'signal', signal: parseSignal(how) ?? 'SIGKILL' }
}

function readHappening(word: string, rest: string, run: number): ServiceEvent {
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
    case 'check-health':
      return 'check its health'
    case 'cancel-health-check':
      return 'check its health no more'
    case 'run-hook':
      return `run ${effect.hook}`
    case 'cancel-hook':
      return 'run its hook no more'
    case 'follow-main-process':
      return `follow process ${effect.pid}`
    case 'measure-memory':
      return 'measure its memory'
    case 'await-schedule':
      return 'await its next time'
    case 'cancel-schedule':
      return 'await its next time no more'
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

function writeMessage(message: Message): readonly string[] {
  return [`| ${message.level === 'info' ? '' : `${message.level}: `}${message.text}`]
}
