import { join } from 'node:path'
import type { OutcomeReply } from '../core/protocol.ts'
import { callControl, streamControl, type ControlAnswer, type ControlCall } from '../system/control-client.ts'
import { runtimeDirsFor } from '../system/runtime-places.ts'
import { NOT_ALLOWED } from './exit-status.ts'
import { complain } from './terminal.ts'

/** A request, without where to. */
export type Request = Omit<ControlCall, 'sockets'>

/** The supervisor's document, or the exit status of a command that got none and has said why. */
export type Asked = { readonly body: unknown } | { readonly status: number }

/** How long a supervisor that has nothing to wait for may take to answer. */
export const PROMPT_MS = 10_000

/** Asks the supervisor that is found from the current folder. */
export async function ask(request: Request): Promise<Asked> {
  const sockets = controlSockets()
  return outcomeOf(await callControl({ ...request, sockets }), sockets)
}

/** The same, where it may be that none runs: null. */
export async function askIfThere(request: Request): Promise<Asked | null> {
  const sockets = controlSockets()
  const answer = await callControl({ ...request, sockets })
  return answer.kind === 'no-supervisor' ? null : outcomeOf(answer, sockets)
}

/** Follows a stream of the supervisor's; status 0 when it has come to its end. */
export async function follow(request: Request, onLine: (line: unknown) => void): Promise<Asked> {
  const sockets = controlSockets()
  const answer = await streamControl({ ...request, sockets }, onLine)
  return answer.kind === 'ended' ? { status: 0 } : outcomeOf(answer, sockets)
}

/** Asks for a change or a condition, and tells what is not as asked. */
export async function askOutcome(request: Request): Promise<number> {
  const asked = await ask(request)
  if ('status' in asked) return asked.status
  if (!isOutcome(asked.body)) return unexpected(asked.body)
  for (const reason of asked.body.reasons) complain(reason)
  return asked.body.ok ? 0 : 1
}

/** Whether a document is the reply to a change, a wait or a question of health. */
export function isOutcome(body: unknown): body is OutcomeReply {
  return typeof body === 'object' && body !== null && 'ok' in body && 'reasons' in body && Array.isArray(body.reasons)
}

/** Says that an answer makes no sense, as from a supervisor of another version. */
export function unexpected(body: unknown): number {
  complain(`cannot understand the supervisor’s answer: ${JSON.stringify(body).slice(0, 200)}`)
  return 1
}

/** Names and options as the query of a path; null is left out. */
export function queryOf(entries: readonly (readonly [string, string | number | null])[]): string {
  const given = entries.flatMap(([key, value]) => (value === null ? [] : [[key, String(value)] as [string, string]]))
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

function controlSockets(): readonly string[] {
  return runtimeDirsFor(process.cwd()).map((folder) => join(folder, 'control.sock'))
}

function outcomeOf(answer: ControlAnswer, sockets: readonly string[]): Asked {
  switch (answer.kind) {
    case 'no-supervisor':
      complain(
        `no supervisor is running: nobody listens on ${quoted(sockets)}; set PIDONE_RUNTIME_DIR if it is elsewhere`,
      )
      return { status: 3 }
    case 'forbidden':
      complain(answer.message)
      return { status: NOT_ALLOWED }
    case 'failed':
      complain(answer.message)
      return { status: 3 }
    case 'answered':
      return answeredOutcome(answer.status, answer.body)
  }
}

function answeredOutcome(status: number, body: unknown): Asked {
  if (status < 400 || isOutcome(body)) return { body }
  const isError = typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string'
  if (!isError) return { status: unexpected(body) }
  complain(String(body.message))
  if (status === 403) return { status: NOT_ALLOWED }
  return { status: status === 409 || status >= 500 ? 1 : 64 }
}

function quoted(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join(', ')
}
