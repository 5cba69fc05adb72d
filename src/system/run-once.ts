import type { Machine, Retract } from '../core/machine.ts'
import type { OnceEnd, OnceRequest, OnceResult, RunOnce } from './checks/exec.ts'
import { MAX_TIMER_MS } from './limits.ts'
import { createPace } from './pace.ts'

/** How much of the output is kept, bytes; what comes after it is read and dropped. */
const KEPT_BYTES = 4096
/**
 * How long its last output is waited for when nothing of the command is alive: at most what a pipe holds, unless it
 * handed its output on to somebody else, who may keep it for ever.
 */
const LAST_OUTPUT_MS = 500

/**
 * Runs commands beside a service, as one of its kind: a process like any other, whose output is only collected.
 *
 * Its end is told when it has exited, or was killed since its time was over, nothing that it started is alive and its
 * output has been read: who asks again and again never has two at once, nor what an earlier one left behind.
 *
 * A spawn holds up the event loop for some ms. A hundred that are due at once must neither keep a signal waiting nor use
 * up each other's time, and so there is one a turn.
 */
export function createRunOnce(spawn: Machine['spawn']): RunOnce {
  const pace = createPace()
  let count = 0
  return (request, done) => {
    count += 1
    const { service, runId, argv } = request
    // A mark of its own: the end of this command is not the end of the service, and the reverse is the caller's.
    const mark = `${runId}.once-${count}`
    const own = { ...request, runId: mark, service: { ...service, argv, ready: null, watchdogMs: null } }
    let retract: Retract | null = null
    const cancelTurn = pace(() => {
      try {
        retract = run(spawn, own, done)
      } catch (error) {
        done({ end: { kind: 'not-run', why: String(error) }, output: '' })
      }
    })
    return (gone) => {
      cancelTurn()
      if (retract === null) gone?.()
      else retract(gone)
    }
  }
}

/** A run's state: `clearing` waits for the last of its processes and then of its output, `over` for nothing. */
type State =
  | { readonly kind: 'running' }
  | { readonly kind: 'clearing'; readonly end: OnceEnd; readonly isCleared: boolean }
  | { readonly kind: 'over' }

/** That it runs is seen by its end, and it has nothing to say to the supervisor. */
const UNHEARD = { spawned: (): void => {}, notified: (): void => {} }

function run(spawn: Machine['spawn'], request: OnceRequest, done: (result: OnceResult) => void): Retract {
  const output = keepHead(KEPT_BYTES)
  let state: State = { kind: 'running' }
  const gone = withResolvers()
  let hasOutputEnded = false
  const child = spawn(
    { ...request, stdio: 'service' },
    {
      ...UNHEARD,
      failed: ({ message, lasting }) => finish({ kind: lasting === 'for-now' ? 'no-room' : 'not-run', why: message }),
      output: (_, chunk) => {
        if (state.kind !== 'over') output.add(chunk)
      },
      outputEnded: () => {
        hasOutputEnded = true
        if (state.kind === 'clearing' && state.isCleared) finish(state.end)
      },
      exited: (exit) => clear({ kind: 'exited', exit }),
    },
  )
  let timer = setTimeout(() => clear({ kind: 'too-slow' }), Math.min(request.timeoutMs, MAX_TIMER_MS))
  return (tell) => {
    // What is being cleared already stays so.
    if (state.kind === 'running') child.clear(gone.resolve)
    settle()
    void gone.promise.then(tell)
  }

  /** Kills what is left; the first reason is the one that is told. */
  function clear(end: OnceEnd): void {
    if (state.kind !== 'running') return
    clearTimeout(timer)
    state = { kind: 'clearing', end, isCleared: false }
    child.clear(() => {
      gone.resolve()
      if (state.kind !== 'clearing') return
      state = { ...state, isCleared: true }
      if (hasOutputEnded) finish(end)
      else timer = setTimeout(finish, LAST_OUTPUT_MS, end)
    })
  }

  function finish(end: OnceEnd): void {
    gone.resolve()
    if (state.kind === 'over') return
    done({ end, output: settle() })
  }

  function settle(): string {
    state = { kind: 'over' }
    clearTimeout(timer)
    return output.take()
  }
}

/** Node 20 has no Promise.withResolvers. */
function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  const resolvers: (() => void)[] = []
  const promise = new Promise<void>((resolve) => resolvers.push(resolve))
  return { promise, resolve: () => resolvers.forEach((resolve) => resolve()) }
}

/** Copies of the first bytes: a part of a chunk would keep the whole of it in memory. */
function keepHead(maxBytes: number): {
  readonly add: (chunk: Uint8Array) => void
  /** Gives what is kept, and keeps it no longer. */
  readonly take: () => string
} {
  let head: Buffer = Buffer.alloc(0)
  let isCut = false
  return {
    add: (chunk) => {
      isCut ||= head.length + chunk.length > maxBytes
      if (head.length < maxBytes) head = Buffer.concat([head, chunk.subarray(0, maxBytes - head.length)])
    },
    take: () => {
      const text = head.toString()
      head = Buffer.alloc(0)
      // The mark tells, also to what takes secrets out, that something was cut; half a character is none.
      return isCut ? `${text.replace(/\ufffd$/, '')}…` : text
    },
  }
}
