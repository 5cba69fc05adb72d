import { readFileSync } from 'node:fs'
import { programOf } from '../support/processes.ts'
import { Pty } from '../support/pty.ts'
import { until } from '../support/until.ts'
import type { Init, Running, Start } from './case.ts'
import { shell } from './words.ts'

/** Somebody in front of a terminal on which an init runs. */
export interface Seat {
  readonly pty: Pty
  readonly running: Running
  /** Types a line and waits for what comes of it. */
  readonly enter: (line: string, seen: RegExp) => Promise<void>
}

/** What is started; of the standard descriptors those that are `null` are no terminal. */
export type OnTerminal = Pick<Start, 'command' | 'environment' | 'before'> & {
  readonly [key in 'stdin' | 'stdout' | 'stderr']?: null
}

/** Starts an init on a terminal as `docker run -it` does: it leads the session that the terminal controls. */
export async function onTerminal(
  { start }: Pick<Init, 'start'>,
  { command, environment, before = [], ...others }: OnTerminal,
  use: (seat: Seat) => Promise<void>,
): Promise<void> {
  const pty = new Pty()
  // A leader without a terminal gets that which it opens as its own (credentials(7), open(2)).
  const first = [...shell('exec 3<>"$1" 3>&-; shift; exec "$@"'), pty.path, ...before]
  const standard = (['stdin', 'stdout', 'stderr'] as const).filter((name) => others[name] !== null)
  const descriptors = Object.fromEntries(standard.map((name) => [name, pty.slave]))
  try {
    const running = await start({
      ...descriptors,
      command,
      before: first,
      environment: { TERM: 'dumb', ...environment },
    })
    const enter = async (line: string, seen: RegExp): Promise<void> => {
      pty.type(`${line}\r`)
      await pty.see(seen)
    }
    await use({ pty, running, enter })
  } finally {
    pty.hangUp()
  }
}

/** Waits until a program is in the foreground process group: it was executed, and has the keys. */
export async function untilInFront(running: Running, name: string): Promise<void> {
  await until(`"${name}" in front of the terminal`, () =>
    running.others().some((seen) => {
      const [, , group, , , front] = statOf(seen.pid)
      return programOf(seen.pid) === name && group === front
    }),
  )
}

/** What stands behind the name in proc_pid_stat(5); nothing when it has ended. */
function statOf(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
