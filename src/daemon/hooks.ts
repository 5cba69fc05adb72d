import type { Hook, ServiceConfig } from '../core/config/model.ts'
import { LINES_LOOKED_AT, tellingLine } from '../core/log/telling-line.ts'
import type { Cancel, Retract } from '../core/machine.ts'
import type { HookName } from '../core/service/event.ts'
import { describeExit, endedWith } from '../core/service/exit.ts'
import { commandsOf } from '../core/service/hook-commands.ts'
import { formatMs } from '../core/text/span.ts'
import { createGate } from './gate.ts'
import { spawnLogged, type LoggedProcessParts } from './logged-process.ts'

/** Whose hook it is. */
export interface HookParts extends LoggedProcessParts {
  readonly service: ServiceConfig
  readonly runId: string
  /** The main process of the run; null when it is not known. */
  readonly mainPid: number | null
}

/** Longest piece of a command in a message. */
const MAX_LABEL_LENGTH = 60

/**
 * Runs the commands of a hook one after another, each when nothing of the one before it is alive. They have the user,
 * folder and environment of the service, and say what they say in its log; `PIDONE_SERVICE` names it to them, and
 * `MAINPID` is its main process, as it is for systemd's `ExecStop` (systemd.exec(5)).
 *
 * @param ended Told once: null when all have exited with 0, else which did not, and why, in words. Those after it are
 *   not run; of that one with the last line that says something.
 * @returns What kills the command that is under way with all that it has started; nothing is told after it.
 */
export function runHook(parts: HookParts, hook: HookName, ended: (why: string | null) => void): Retract {
  const commands = commandsOf(parts.service, hook)
  const gone = createGate()
  let isWanted = true
  let kill: Cancel | null = null

  const run = (index: number): void => {
    const command = commands[index]
    if (command === undefined) return finish(null)
    kill = runCommand(parts, { ...command, runId: `${parts.runId}.${hook}-${index + 1}` }, (why) => {
      if (why === null && isWanted) run(index + 1)
      else finish(why)
    })
  }
  const finish = (why: string | null): void => {
    gone.open()
    if (isWanted) ended(why)
  }
  run(0)
  return (whenGone = () => undefined) => {
    isWanted = false
    kill?.()
    gone.whenOpen(whenGone)
  }
}

interface Command extends Hook {
  /** A mark of its own: its end is not the end of the service, and the reverse. */
  readonly runId: string
}

/**
 * Runs one command.
 *
 * @param over Told once, when nothing of it is alive and its output is read.
 * @returns What kills it.
 */
function runCommand(parts: HookParts, { argv, timeoutMs, runId }: Command, over: (why: string | null) => void): Cancel {
  const label = labelOf(argv)
  let isEnding = false
  let cancelTimer: Cancel | null = null
  let last: readonly string[] = []
  const end = (why: string | null): void => {
    if (isEnding) return
    isEnding = true
    cancelTimer?.()
    process.clear(() => over(why === null ? null : withLine(why, last, parts)))
  }
  const process = spawnLogged(
    parts,
    { service: { ...serviceFor(parts), argv }, runId, stdio: 'service' },
    {
      spawned: () => undefined,
      notified: () => undefined,
      failed: ({ message }) => {
        if (isEnding) return
        isEnding = true
        cancelTimer?.()
        over(message)
      },
      exited: (exit) => end(endedWith(exit, [0]) ? null : `${label}: ${describeExit(exit)}`),
    },
  )
  process.log.followLines((lines) => {
    last = [...last, ...lines].slice(-LINES_LOOKED_AT)
  })
  cancelTimer = parts.machine.clock.startTimer(timeoutMs, () => end(`${label}: no end within ${formatMs(timeoutMs)}`))
  return () => end(null)
}

/** The service itself may go on talking: what stands last in the log need not be the command's. */
function withLine(why: string, lines: readonly string[], { logs }: HookParts): string {
  const line = tellingLine(lines, logs.redact)
  return line === null ? why : `${why}: ${line}`
}

/** The service as far as it is about to run a command beside it, which nobody waits for to be ready. */
function serviceFor({ service, mainPid }: HookParts): ServiceConfig {
  const environment = new Map(service.environment)
  environment.set('PIDONE_SERVICE', service.name)
  if (mainPid !== null) environment.set('MAINPID', String(mainPid))
  return { ...service, environment, ready: null, watchdogMs: null }
}

/** The command in one short line. */
function labelOf(argv: readonly string[]): string {
  const text = argv.join(' ').replaceAll(/\s+/gu, ' ').trim()
  return `"${text.length > MAX_LABEL_LENGTH ? `${text.slice(0, MAX_LABEL_LENGTH - 1)}…` : text}"`
}
