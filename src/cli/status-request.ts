import type { StatusReply } from '../core/protocol.ts'
import { ask, PROMPT_MS, queryOf, unexpected, type Request } from './supervisor-link.ts'

/** The question for the status of the services that are named, of all when there is none. */
export function statusRequest(names: readonly string[], usage: 'with-usage' | 'without-usage'): Request {
  const query = queryOf(names, [['usage', usage === 'with-usage' ? 'true' : null]])
  return { method: 'GET', path: `/v1/status${query}`, timeoutMs: PROMPT_MS }
}

/** The status, or the exit status of a command that got none and has said why. */
export async function askStatus(
  request: Request,
): Promise<{ readonly reply: StatusReply } | { readonly status: number }> {
  const asked = await ask(request)
  if ('status' in asked) return asked
  return isStatus(asked.body) ? { reply: asked.body } : { status: unexpected(asked.body) }
}

/** Whether a document is a status. */
export function isStatus(body: unknown): body is StatusReply {
  return typeof body === 'object' && body !== null && 'services' in body && Array.isArray(body.services)
}
