import { closeSync } from 'node:fs'
import type { Exit } from '../core/service/exit.ts'
import { waitForChild } from './children.ts'
import { withHint } from './errno-hint.ts'
import { errnoName } from './libc/calls.ts'
import { openPipe } from './libc/pipe.ts'
import { spawnProcess } from './libc/spawn.ts'
import type { ProcessEntry } from './proc-stat.ts'
import { hasProc } from './proc.ts'
import { readProcess } from './process-table.ts'
import { composeMark, RUN_VARIABLE } from './run-members.ts'
import { sendSignal } from './send-signal.ts'

/** How long a guard that was killed may take to be gone. */
const LAST_WAIT_MS = 1000

/** Kills what the supervisor leaves behind should it be killed itself. */
export interface Guard {
  /** Has it stand guard; called again, it does nothing. */
  readonly start: () => void
  /** Ends it, when there is nothing left to guard. */
  readonly end: () => Promise<void>
}

/** What a guard is told. */
export interface GuardOptions {
  /** `bin/pidone-guard`. */
  readonly script: string
  /** The command that takes over where sh may not read what it has to; its arguments are `SINCE SESSION MARK`. */
  readonly sweeper: readonly string[]
  /** The environment that the services inherit. */
  readonly environment: ReadonlyMap<string, string>
  readonly supervisorId: string
  /** Told once, when there is no guard though there should be. */
  readonly failed: (message: string) => void
}

/** With PID 1 the kernel ends all others (pid_namespaces(7)), and who asks for it lets them live. */
export const NO_GUARD: Guard = { start: () => {}, end: () => Promise.resolve() }

/**
 * A guard is a `sh` in a session of its own, which waits for the end of a pipe that only the supervisor can write to.
 * A parent-death signal (prctl(2)) would reach main processes only, and is lost where one changes its user.
 *
 * It carries no mark of our runs, but that of the supervisor above us, should there be one: to that one it is a process
 * of the service that we are. One that was killed by somebody is not started again: whoever did that can do it twice.
 */
export function createGuard(options: GuardOptions): Guard {
  let state: State = { kind: 'none' }
  const fail = (why: string): void => {
    state = { kind: 'ended' }
    options.failed(`cannot guard the services: ${why}; should the supervisor be killed, they live on`)
  }
  const exited = (exit: Exit): void => {
    if (state.kind !== 'guarding') return
    // Not before: the end of the pipe is what it waits for.
    closeSync(state.writeFd)
    const { gone } = state
    if (gone === null) fail(`"${options.script}" ended with ${exit.kind === 'code' ? exit.code : exit.signal}`)
    state = { kind: 'ended' }
    gone?.()
  }
  return {
    start: () => {
      if (state.kind !== 'none') return
      const launched = launch(options)
      if ('refusal' in launched) return fail(launched.refusal)
      state = { kind: 'guarding', ...launched, gone: null }
      waitForChild(launched.pid, exited)
    },
    end: () =>
      new Promise((resolve) => {
        if (state.kind !== 'guarding') return resolve()
        const timer = setTimeout(resolve, LAST_WAIT_MS)
        const gone = (): void => {
          clearTimeout(timer)
          resolve()
        }
        state = { ...state, gone }
        // It hears no other one.
        sendSignal(state.pid, 'SIGKILL')
      }),
  }
}

interface Launched {
  readonly pid: number
  readonly writeFd: number
}

type State =
  | { readonly kind: 'none' }
  /** `gone` is told of its end, which was asked for then. */
  | (Launched & { readonly kind: 'guarding'; readonly gone: (() => void) | null })
  | { readonly kind: 'ended' }

function launch(options: GuardOptions): Launched | { readonly refusal: string } {
  if (!hasProc()) return { refusal: 'there is no /proc of this PID namespace' }
  const self = readProcess(process.pid)
  if (typeof self === 'string') return { refusal: 'cannot read its own entry in /proc' }
  const pipe = openPipe()
  if (typeof pipe === 'number') return { refusal: `cannot open a pipe: ${withHint(errnoName(pipe))}` }
  const { readFd, writeFd } = pipe
  const file = options.script
  const pid = spawnProcess({
    file,
    args: [file, ...wordsFor(options, self)],
    environment: environmentFor(options),
    workingDir: '/',
    // It has nothing to say, and there may be no /dev/null.
    descriptors: new Map([0, 1, 2].map((number) => [number, readFd])),
    // No signal of a terminal reaches it.
    session: 'own',
    terminal: null,
  })
  closeSync(readFd)
  if (pid > 0) return { pid, writeFd }
  closeSync(writeFd)
  return { refusal: `cannot execute "${file}": ${withHint(errnoName(pid))}` }
}

function wordsFor({ sweeper, environment, supervisorId }: GuardOptions, self: ProcessEntry): readonly string[] {
  const mark = `${RUN_VARIABLE}=${composeMark(environment.get(RUN_VARIABLE), `${supervisorId}.`)}`
  const facts = [String(self.startTime), String(self.session), mark]
  // Others than root can read what is theirs, and nobody else's.
  return [String(process.pid), ...facts, ...(process.geteuid?.() === 0 ? [...sweeper, ...facts] : [])]
}

/** Bytes are bytes: a mark may hold what is no text in the container's locale. */
function environmentFor({ environment }: GuardOptions): Record<string, string> {
  const outer = environment.get(RUN_VARIABLE)
  return { LC_ALL: 'C', ...(outer === undefined ? {} : { [RUN_VARIABLE]: outer }) }
}
