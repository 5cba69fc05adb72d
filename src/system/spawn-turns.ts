import type { Machine, Process, ProcessListener } from '../core/machine.ts'

type Spawn = Machine['spawn']

/** How long one turn of the event loop may spawn: whoever asks, or signals, must not wait for a thousand services. */
const TURN_MS = 20

/**
 * The same, but a crowd is spawned in several turns, in its order, so that all else is heard in between. What nobody
 * wants any more when its turn comes has failed.
 *
 * @param now Monotonic milliseconds.
 */
export function spawnInTurns(spawn: Spawn, now: () => number): Spawn {
  const waiting: (() => void)[] = []
  let until: number | null = null

  const beginTurn = (): void => {
    until = now() + TURN_MS
    setImmediate(endTurn)
  }
  const endTurn = (): void => {
    until = null
    if (waiting.length === 0) return
    beginTurn()
    do waiting.shift()?.()
    while (waiting.length > 0 && hasTime())
  }
  const hasTime = (): boolean => until !== null && now() < until

  return (request, listener) => {
    if (until === null) beginTurn()
    if (waiting.length === 0 && hasTime()) return spawn(request, listener)
    const { process, begin } = spawnLater(() => spawn(request, listener), listener)
    waiting.push(begin)
    return process
  }
}

/** A process whose turn is still to come, and what starts it. */
function spawnLater(
  spawn: () => Process,
  listener: ProcessListener,
): { readonly process: Process; readonly begin: () => void } {
  let started: Process | null = null
  let isWanted = true
  let isPaused = false
  const pause = (is: boolean): void => {
    isPaused = is
    if (is) started?.pauseOutput()
    else started?.resumeOutput()
  }
  return {
    begin: () => {
      if (!isWanted) return
      if (listener.isWanted?.() === false) return listener.failed({ message: 'nobody wants it any more', status: 126 })
      try {
        started = spawn()
      } catch (error) {
        // As in the loop (`eventInstead`): first the fault, then its failure, so that nobody waits for this start.
        setImmediate(() => listener.failed({ message: inWords(error), status: 126 }))
        throw error
      }
      if (isPaused) started.pauseOutput()
    },
    process: {
      signal: (signal, scope) => {
        // Of the signals there is only the last one that is sent to what may not be there yet.
        isWanted = false
        started?.signal(signal, scope)
      },
      clear: (cleared) => {
        isWanted = false
        if (started !== null) return started.clear(cleared)
        queueMicrotask(() => {
          listener.outputEnded()
          cleared()
        })
      },
      followMain: (pid) => started?.followMain(pid) ?? false,
      pauseOutput: () => pause(true),
      resumeOutput: () => pause(false),
    },
  }
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
