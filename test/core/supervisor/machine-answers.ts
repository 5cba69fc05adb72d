import type { ServiceConfig } from '../../../src/core/config/model.ts'
import type { RunEvent, ServiceEvent } from '../../../src/core/service/event.ts'
import type { Slot } from './machine-model.ts'

/** What services say of themselves, one after another. */
const MESSAGES: readonly string[] = [
  'STATUS=at work',
  'WATCHDOG=1',
  'RELOADING=1',
  'READY=1',
  'MAINPID=77',
  'EXTEND_TIMEOUT_USEC=90000000',
  'WATCHDOG_USEC=5000000',
  'STOPPING=1',
  'WATCHDOG=trigger',
  'no sense',
]

/** Everything that could come next of what a machine was asked to do for one service. */
export function answers(slot: Slot, config: ServiceConfig): ServiceEvent[] {
  const { run, step, watched, checked, measured, followed, hook } = slot
  const events: ServiceEvent[] = [...slot.timers].map(([timer, of]) => ({ kind: 'timer-expired', run: of, timer }))
  if (slot.isAwaitingItsTime) events.push({ kind: 'schedule-due' })
  if (run === null) return events
  if (step === 'spawning') events.push(...afterSpawn(run, config.creates !== null))
  if (watched !== null) events.push(...whileWatched(watched))
  if (checked !== null) events.push(...afterCheck(checked))
  if (measured !== null)
    events.push(...[1, 2_000, null].map((bytes) => ({ kind: 'memory-measured', run, bytes }) as const))
  if (followed !== null) events.push({ kind: 'main-process-changed', run, pid: followed })
  if (hook !== null) {
    events.push({ kind: 'hook-ended', ...hook, why: null }, { kind: 'hook-ended', ...hook, why: 'exited with 1' })
  }
  if (step === 'alive') events.push(...whileAlive(run), said(slot, run))
  if (step === 'clearing') events.push({ kind: 'cleared', run })
  return events
}

/** What a machine knows by what happens. */
export function note(slot: Slot, event: RunEvent, { ready }: ServiceConfig): void {
  switch (event.kind) {
    case 'spawned':
      slot.step = 'alive'
      return
    case 'exited':
      slot.step = 'gone'
      slot.isReady = false
      slot.followed = null
      return
    case 'spawn-failed':
    case 'already-created':
    case 'cleared':
      slot.step = 'none'
      return
    case 'notified':
      slot.said += 1
      slot.isReady ||= slot.watched !== null && ready?.kind === 'notify-systemd' && event.message === 'READY=1'
      return
    case 'became-ready':
      slot.isReady = true
      return
    case 'timer-expired':
      if (slot.timers.get(event.timer) !== event.run) return
      slot.timers.delete(event.timer)
      if (event.timer === 'ready-delay') slot.isReady = true
      return
    case 'health-checked':
      slot.checked = null
      if (event.passed !== null) slot.failures = event.passed ? 0 : (slot.failures ?? 0) + 1
      return
    case 'hook-ended':
      slot.hook = null
      slot.isPrepared ||= event.hook === 'post-start' && event.why === null
      return
    case 'memory-measured':
      slot.measured = null
      return
    case 'main-process-changed':
      slot.followed = null
      return
    case 'attempt-failed':
      return
  }
}

/** That it comes is twice as likely as that it does not. */
function afterSpawn(run: number, hasCreated: boolean): RunEvent[] {
  const spawned = { kind: 'spawned', run, pid: 1_000 + run } as const
  const failed = { kind: 'spawn-failed', run, message: 'no such file', status: 127 } as const
  return [spawned, spawned, failed, ...(hasCreated ? [{ kind: 'already-created', run } as const] : [])]
}

function whileWatched(run: number): RunEvent[] {
  return [
    { kind: 'became-ready', run },
    { kind: 'became-ready', run },
    { kind: 'attempt-failed', run, why: 'refused' },
  ]
}

function afterCheck(run: number): RunEvent[] {
  return [
    { kind: 'health-checked', run, passed: true, output: 'fine' },
    { kind: 'health-checked', run, passed: false, output: 'refused' },
    { kind: 'health-checked', run, passed: null, output: 'EMFILE' },
    { kind: 'health-checked', run, passed: false, output: 'refused' },
  ]
}

function whileAlive(run: number): RunEvent[] {
  return [
    { kind: 'exited', run, exit: { kind: 'code', code: 0 } },
    { kind: 'exited', run, exit: { kind: 'code', code: 3 } },
    { kind: 'exited', run, exit: { kind: 'signal', signal: 'SIGKILL' } },
  ]
}

function said({ said: count }: Slot, run: number): RunEvent {
  return { kind: 'notified', run, message: MESSAGES[(count + run) % MESSAGES.length] ?? '' }
}
