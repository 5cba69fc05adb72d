import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import { isErrno } from './errno.ts'
import { errnoName } from './libc/calls.ts'
import { openPipe } from './libc/pipe.ts'
import { readProcess } from './process-table.ts'
import { composeMark, RUN_VARIABLE } from './run-members.ts'

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
    if (state.kind === 'ended') return
    if (state.kind === 'guarding') closeSync(state.writeFd)
    state = { kind: 'ended' }
    options.failed(`cannot guard the services: ${why}; should the supervisor be killed, they live on`)
  }
  return {
    start: () => {
      if (state.kind !== 'none') return
      try {
        state = { kind: 'guarding', ...launch(options, fail) }
      } catch (error) {
        if (!(error instanceof Error)) throw error
        fail(isErrno(error) ? `cannot execute "${options.script}": ${error.code}` : error.message)
      }
    },
    end: async () => {
      if (state.kind !== 'guarding') return
      const { child, writeFd } = state
      state = { kind: 'ended' }
      await kill(child)
      // Not before: the end of the pipe is what it waits for.
      closeSync(writeFd)
    },
  }
}

type State =
  | { readonly kind: 'none' }
  | { readonly kind: 'guarding'; readonly child: ChildProcess; readonly writeFd: number }
  | { readonly kind: 'ended' }

type Launched = Omit<Extract<State, { kind: 'guarding' }>, 'kind'>

function launch(options: GuardOptions, fail: (why: string) => void): Launched {
  const { script } = options
  const words = wordsFor(options)
  const pipe = openPipe()
  if (typeof pipe === 'number') throw new Error(`cannot open a pipe: ${errnoName(pipe)}`)
  try {
    const child = spawn(script, words, {
      // setsid(2): no signal of a terminal reaches it.
      detached: true,
      stdio: [pipe.readFd, 'ignore', 'ignore'],
      env: environmentFor(options),
      cwd: '/',
    })
    child.on('error', (error) => fail(`cannot execute "${script}": ${isErrno(error) ? error.code : error.message}`))
    child.on('exit', (code, signal) => fail(`"${script}" ended with ${signal ?? code ?? ''}`))
    child.unref()
    return { child, writeFd: pipe.writeFd }
  } catch (error) {
    closeSync(pipe.writeFd)
    throw error
  } finally {
    closeSync(pipe.readFd)
  }
}

function wordsFor({ sweeper, environment, supervisorId }: GuardOptions): readonly string[] {
  const self = readProcess(process.pid)
  if (typeof self === 'string') throw new Error('there is no /proc of this PID namespace')
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

function kill(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LAST_WAIT_MS)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    // It hears no other one.
    child.kill('SIGKILL')
  })
}
