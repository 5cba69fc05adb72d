import type { Ready, ServiceConfig } from '../core/config/model.ts'
import type { Cancel, Machine, ProbeResult, Retract } from '../core/machine.ts'

/** What to ask, whom, and how often. */
export interface Poll {
  readonly ready: Extract<Ready, { kind: 'poll' }>
  readonly service: ServiceConfig
  readonly runId: string
  /** When the run was spawned, ms since 1970, by the clock as it is at the time of asking. */
  readonly spawnedAt: () => number
}

/** What is told while polling: any number of failed attempts, then at most once that it is ready. */
export interface PollListener {
  readonly onReady: () => void
  readonly onAttemptFailed: (why: string) => void
}

/** The first pause between two attempts; each next one is twice as long, up to the interval. */
const FIRST_PAUSE_MS = 10

/**
 * Asks one run at once and then again and again until it is ready: after 10, 20, 40… ms up to the interval, each pause
 * counted from the end of the attempt before it, so that there are never two attempts at once.
 *
 * @returns What ends the polling, with the attempt that is under way; nothing is told after it.
 */
export function startPolling(machine: Pick<Machine, 'clock' | 'probe'>, poll: Poll, listener: PollListener): Retract {
  const { ready, service, runId, spawnedAt } = poll
  let pauseMs = Math.min(FIRST_PAUSE_MS, ready.intervalMs)
  let attempt = ask()
  // The attempt or the pause that is under way; null once there is neither, for good.
  let step: Cancel | null = attempt
  return (gone) => {
    const last = step
    step = null
    last?.()
    if (gone !== undefined) attempt(gone)
  }

  function ask(): Retract {
    const request = { probe: ready.probe, timeoutMs: ready.timeoutMs, service, runId, spawnedAtEpochMs: spawnedAt() }
    return machine.probe(request, answered)
  }

  function answered(result: ProbeResult): void {
    if (step === null) return
    if (result.kind === 'passed') {
      step = null
      listener.onReady()
      return
    }
    step = machine.clock.startTimer(pauseMs, () => {
      if (step !== null) step = attempt = ask()
    })
    pauseMs = Math.min(pauseMs * 2, ready.intervalMs)
    listener.onAttemptFailed(result.why)
  }
}
