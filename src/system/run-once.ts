import type { ServiceConfig } from '../core/config/model.ts'
import type { Cancel, Machine } from '../core/machine.ts'
import type { Exit } from '../core/service/exit.ts'
import type { OnceResult, RunOnce } from './checks/exec.ts'

/** How much of the output is kept, bytes; what comes after it is read and dropped. */
const KEPT_BYTES = 4096

/**
 * Runs commands beside a service, as one of its kind: a process like any other, whose output is only collected.
 *
 * Its end is told when it has exited, nothing that it started is alive and its output has been read: who asks again
 * and again never has two at once, nor what an earlier one left behind.
 */
export function createRunOnce(spawn: Machine['spawn']): RunOnce {
  let count = 0
  return (service, runId, argv, done) => {
    count += 1
    // A mark of its own: the end of this command is not the end of the service, and the reverse is the caller's.
    return run(
      spawn,
      { service: { ...service, argv, ready: null, watchdogMs: null }, runId: `${runId}.once-${count}` },
      done,
    )
  }
}

/** A run's state: `clearing` waits for the last of its processes and of its output, `over` for nothing. */
type State =
  | { readonly kind: 'running' }
  | { readonly kind: 'clearing'; readonly exit: Exit; readonly isCleared: boolean }
  | { readonly kind: 'over' }

interface Request {
  readonly service: ServiceConfig
  readonly runId: string
}

function run(spawn: Machine['spawn'], request: Request, done: (result: OnceResult) => void): Cancel {
  const output = keepHead(KEPT_BYTES)
  let state: State = { kind: 'running' }
  let hasOutputEnded = false

  const child = spawn(
    { ...request, stdio: 'service' },
    {
      spawned: () => {},
      notified: () => {},
      failed: ({ message }) => finish({ exit: null, output: '', failure: message }),
      output: (_, chunk) => {
        if (state.kind !== 'over') output.add(chunk)
      },
      outputEnded: () => {
        hasOutputEnded = true
        finishWhenClear()
      },
      exited: (exit) => {
        if (state.kind !== 'running') return
        state = { kind: 'clearing', exit, isCleared: false }
        child.clear(() => {
          if (state.kind === 'clearing') state = { ...state, isCleared: true }
          finishWhenClear()
        })
      },
    },
  )
  return () => {
    // What is being cleared already stays so.
    if (state.kind === 'running') child.clear(() => {})
    state = { kind: 'over' }
    output.drop()
  }

  function finishWhenClear(): void {
    if (state.kind !== 'clearing' || !state.isCleared || !hasOutputEnded) return
    finish({ exit: state.exit, output: output.text(), failure: null })
  }

  function finish(result: OnceResult): void {
    if (state.kind === 'over') return
    state = { kind: 'over' }
    output.drop()
    done(result)
  }
}

/** Copies of the first bytes: a part of a chunk would keep the whole of it in memory. */
function keepHead(maxBytes: number): {
  readonly add: (chunk: Uint8Array) => void
  readonly drop: () => void
  readonly text: () => string
} {
  let head: Buffer = Buffer.alloc(0)
  return {
    add: (chunk) => {
      if (head.length < maxBytes) head = Buffer.concat([head, chunk.subarray(0, maxBytes - head.length)])
    },
    drop: () => {
      head = Buffer.alloc(0)
    },
    text: () => head.toString(),
  }
}
