import type { ServiceConfig } from '../../core/config/model.ts'
import type { Retract } from '../../core/machine.ts'
import type { Exit } from '../../core/service/exit.ts'
import type { Command } from './check.ts'
import { placeOf } from './place.ts'

/**
 * Runs a command once with the environment, user and folder of a service.
 *
 * @param done Called when nothing of the command is alive any more.
 * @returns What kills it with its whole tree; `done` is then not called any more.
 */
export type RunOnce = (request: OnceRequest, done: (result: OnceResult) => void) => Retract

/** A command and whose it is; when its time is over it is killed with its whole tree. */
export interface OnceRequest {
  readonly service: ServiceConfig
  readonly runId: string
  readonly argv: readonly string[]
  readonly timeoutMs: number
}

/** What came of it, and the beginning of what it printed. */
export interface OnceResult {
  readonly end: OnceEnd
  readonly output: string
}

/** How a command ended; `not-run`: it could not be started; `no-room`: nor could any other, for now. */
export type OnceEnd =
  | { readonly kind: 'exited'; readonly exit: Exit }
  | { readonly kind: 'too-slow' }
  | { readonly kind: 'not-run' | 'no-room'; readonly why: string }

/** Longest piece of a command's output in a `why`. */
const MAX_LINE_LENGTH = 200

/** Passes when the command exits with 0 in time. Unlike the other checks it watches its time itself. */
export function execCheck(request: OnceRequest, runOnce: RunOnce): Command {
  return (settle) =>
    runOnce(request, ({ end, output }) => {
      const ended = endingOf(end, request.timeoutMs)
      if (ended === null) return settle({ kind: 'passed', output })
      const why = `${placeOf({ kind: 'exec', argv: request.argv })}: ${[ended, ...firstLine(output)].join(': ')}`
      settle({
        kind: end.kind === 'no-room' ? 'not-asked' : 'failed',
        why,
        output: end.kind === 'too-slow' && output !== '' ? cutShort(output, ended) : output,
      })
    })
}

/** What it printed until it was killed says nothing of that: the end is added. */
function cutShort(output: string, ended: string): string {
  return output.endsWith('\n') ? `${output}${ended}` : `${output}\n${ended}`
}

/** In words; null when all is well. */
function endingOf(end: OnceEnd, timeoutMs: number): string | null {
  switch (end.kind) {
    case 'not-run':
    case 'no-room':
      return end.why
    case 'too-slow':
      return `no answer within ${timeoutMs / 1000} s`
    case 'exited':
      if (end.exit.kind === 'signal') return `killed by ${end.exit.signal}`
      return end.exit.code === 0 ? null : `exited with ${end.exit.code}`
  }
}

/** The first line that says something, shortened; none when there is no such line. */
function firstLine(output: string): readonly string[] {
  const lines = output.split(/[\r\n]/).map((line) => line.trim())
  const first = lines.find((line) => line !== '')
  if (first === undefined) return []
  return [first.length > MAX_LINE_LENGTH ? `${first.slice(0, MAX_LINE_LENGTH)}…` : first]
}
