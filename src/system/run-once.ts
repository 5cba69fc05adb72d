import type { Machine } from '../core/machine.ts'
import type { Exit } from '../core/service/exit.ts'
import type { OnceResult, RunOnce } from './checks/exec.ts'

/** How much of the output is kept, bytes; what comes after it is read and dropped. */
const KEPT_OUTPUT = 4096

/** Runs commands beside a service, as one of its kind: a process like any other, whose output is only collected. */
export function createRunOnce(spawn: Machine['spawn']): RunOnce {
  let count = 0
  return (service, runId, argv, done) => {
    count += 1
    let chunks: Uint8Array[] = []
    let room = KEPT_OUTPUT
    let exit: Exit | null = null
    let isOpen = true
    let isCancelled = false

    const finish = (result: OnceResult): void => {
      if (isCancelled) return
      isCancelled = true
      done(result)
    }
    const finishWhenOver = (): void => {
      if (exit !== null && !isOpen) finish({ exit, output: Buffer.concat(chunks).toString(), failure: null })
    }
    const process = spawn(
      // A mark of its own: the end of this command is not the end of the service, and the reverse is the caller's.
      { service: { ...service, argv, ready: null }, runId: `${runId}.once-${count}`, stdio: 'service' },
      {
        spawned: () => {},
        notified: () => {},
        failed: ({ message }) => finish({ exit: null, output: '', failure: message }),
        output: (_, chunk) => {
          chunks.push(chunk.subarray(0, room))
          room -= Math.min(room, chunk.length)
        },
        outputEnded: () => {
          isOpen = false
          finishWhenOver()
        },
        exited: (how) => {
          exit = how
          // What it left behind may hold the pipes open.
          process.clear(() => {})
          finishWhenOver()
        },
      },
    )
    return () => {
      isCancelled = true
      chunks = []
      process.clear(() => {})
    }
  }
}
