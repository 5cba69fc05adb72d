import { patience } from '../change.ts'
import { withOptions, type Options } from '../options.ts'
import { askOutcome, queryOf } from '../supervisor-link.ts'

/** `supervisor wait`: 0 it is so, 1 it cannot become so or has not in time. */
export function wait(argv: readonly string[]): Promise<number> {
  return withOptions('wait', argv, awaitServices)
}

function awaitServices(options: Options): Promise<number> {
  const timeout = options.number('timeout')
  const query = queryOf(options.words, [
    ['for', options.text('for') ?? 'ready'],
    ['timeout_ms', timeout],
  ])
  return askOutcome({ method: 'GET', path: `/v1/wait${query}`, timeoutMs: patience(timeout) })
}
