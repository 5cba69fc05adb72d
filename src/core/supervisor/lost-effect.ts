import type { ServiceEffect } from '../service/effect.ts'
import type { RunEvent } from '../service/event.ts'
import type { SupervisorEffect } from './effect.ts'
import type { SupervisorEvent } from './event.ts'

/**
 * What is taken to have happened in place of an effect that could not be performed, so that no state waits for an answer
 * that never comes; null where something else moves the state on, or nothing waits.
 *
 * @param why In words.
 */
export function eventInstead(effect: SupervisorEffect, why: string): SupervisorEvent | null {
  switch (effect.kind) {
    case 'service': {
      const event = runEventInstead(effect.effect, why)
      return event === null ? null : { kind: 'service', service: effect.service, event }
    }
    case 'start-shutdown-timer':
      return { kind: 'shutdown-timeout-expired' }
    // Without its limit the command still has those that move: it starts when they are there.
    case 'start-command-timer':
    case 'cancel-command-timer':
    case 'tell':
    case 'shutdown-began':
    case 'patience-ended':
    case 'set-ready-file':
    case 'end':
      return null
  }
}

function runEventInstead(effect: ServiceEffect, why: string): RunEvent | null {
  const { kind } = effect
  switch (kind) {
    case 'spawn':
      return { kind: 'spawn-failed', run: effect.run, message: why, status: 126 }
    case 'clear':
      return { kind: 'cleared', run: effect.run }
    // Too early rather than never.
    case 'start-timer':
      return { kind: 'timer-expired', run: effect.run, timer: effect.timer }
    case 'check-health':
      return { kind: 'health-checked', run: effect.run, passed: false, output: why }
    case 'run-hook':
      return { kind: 'hook-ended', run: effect.run, hook: effect.hook, why }
    case 'measure-memory':
      return { kind: 'memory-measured', run: effect.run, bytes: null }
    // Due at once would be a wrong time, and again after each run; on request it still runs.
    case 'await-schedule':
    case 'cancel-schedule':
    case 'follow-main-process':
    case 'cancel-health-check':
    case 'cancel-hook':
    // The process is there: its end, or a timer, moves the state.
    case 'watch-readiness':
    case 'unwatch-readiness':
    case 'signal':
    case 'cancel-timer':
      return null
  }
}
