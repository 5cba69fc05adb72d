import type { ExecReply } from '../../core/control/exec-reply.ts'
import { describeRequester } from '../../core/control/requester.ts'
import { NOT_ALLOWED } from '../exit-status.ts'
import { withOptions, type Options } from '../options.ts'
import { ask, PROMPT_MS, queryOf, unexpected } from '../supervisor-link.ts'
import { complain, isTerminal } from '../terminal.ts'

/**
 * `supervisor exec SERVICE CMD…`: asks as what the service runs, and becomes the command: terminal, signals and exit
 * status are its own.
 */
export function exec(argv: readonly string[]): Promise<number> {
  return withOptions('exec', argv, runCommand)
}

async function runCommand({ words: [name = '', ...argv] }: Options): Promise<number> {
  const path = `/v1/exec${queryOf([name])}`
  const [asked, { become, canBecome }] = await Promise.all([
    ask({ method: 'GET', path, timeoutMs: PROMPT_MS }),
    import('../../system/become.ts'),
  ])
  if ('status' in asked) return asked.status
  const as = asked.body
  if (!isExec(as)) return unexpected(as)
  if (!canBecome(as.user)) {
    const who = describeRequester(as.user)
    complain(
      `cannot run it as ${who}, who "${as.service}" runs as: only root may; ask as root ("docker exec -u 0", "sudo")`,
    )
    return NOT_ALLOWED
  }
  const refusal = become({ argv, as, extra: ofCaller(process.env) })
  complain(refusal.message)
  return refusal.status
}

/**
 * What is the caller's and not the service's: how his terminal is to be talked to, and the mark of the run that he is of, if
 * he is of one, which is killed as a whole.
 */
function ofCaller({ TERM, PIDONE_RUN }: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return {
    ...(TERM !== undefined && [0, 1, 2].some(isTerminal) && { TERM }),
    ...(PIDONE_RUN !== undefined && { PIDONE_RUN }),
  }
}

function isExec(body: unknown): body is ExecReply {
  return typeof body === 'object' && body !== null && 'environment' in body && 'working_dir' in body && 'user' in body
}
