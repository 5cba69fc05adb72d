import type { EnvReply } from '../../core/control/exec-reply.ts'
import { withOptions, type Options } from '../options.ts'
import { renderEnvironment } from '../render/environment.ts'
import { jsonPage } from '../render/json.ts'
import { ask, PROMPT_MS, queryOf, unexpected } from '../supervisor-link.ts'
import { print } from '../terminal.ts'

/** `supervisor env SERVICE`: the environment that a service gets, without its secrets unless they are wanted. */
export function env(argv: readonly string[]): Promise<number> {
  return withOptions('env', argv, showEnvironment)
}

async function showEnvironment(options: Options): Promise<number> {
  const query = queryOf(options.words, [['reveal', options.has('reveal') ? 'true' : null]])
  const asked = await ask({ method: 'GET', path: `/v1/env${query}`, timeoutMs: PROMPT_MS })
  if ('status' in asked) return asked.status
  if (!isEnv(asked.body)) return unexpected(asked.body)
  const { environment } = asked.body
  print(options.has('json') ? jsonPage(asked.body) : renderEnvironment(environment))
  return 0
}

function isEnv(body: unknown): body is EnvReply {
  return typeof body === 'object' && body !== null && 'environment' in body && 'hidden' in body
}
