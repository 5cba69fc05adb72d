import { join } from 'node:path'
import type { OutcomeReply } from '../core/protocol.ts'
import { callControl, streamControl, type ControlAnswer, type ControlCall } from '../system/control-client.ts'
import { runtimeDirsFor } from '../system/runtime-places.ts'
import { NOT_ALLOWED, TOO_LATE } from './exit-status.ts'
import { complain } from './terminal.ts'

/** A request, without where to. */
export type Request = Omit<ControlCall, 'sockets'>

/** The supervisor's document, or the exit status of a command that got none and has said why. */
export type Asked = { readonly body: unknown } | { readonly status: number; readonly message?: never }

/** The same, where nothing has been said yet. */
type Answered = { readonly body: unknown } | { readonly status: number; readonly message: string }

/** How long a supervisor that has nothing to wait for may take to answer. */
export const PROMPT_MS = 10_000

/** Asks the supervisor that is found from the current folder. */
export async function ask(request: Request): Promise<Asked> {
  return said(await askQuietly(request))
}

/** The same, for a command that says itself why there is no answer. */
export async function askQuietly(request: Request): Promise<Answered> {
  const sockets = controlSockets()
  return outcomeOf(await callControl({ ...request, sockets }), sockets)
}

/** The same, where it may be that none runs: null. */
export async function askIfThere(request: Request): Promise<Asked | null> {
  const sockets = controlSockets()
  const answer = await callControl({ ...request, sockets })
  return answer.kind === 'no-supervisor' ? null : said(outcomeOf(answer, sockets))
}

/** Follows a stream of the supervisor's; status 0 when it has come to its end. */
export async function follow(request: Request, onLine: (line: unknown) => void): Promise<Asked> {
  const sockets = controlSockets()
  const answer = await streamControl({ ...request, sockets }, onLine)
  return answer.kind === 'ended' ? { status: 0 } : said(outcomeOf(answer, sockets))
}

/** Asks for a change or a condition, and tells what is not as asked. */
export async function askOutcome(request: Request): Promise<number> {
  const asked = await ask(request)
  if ('status' in asked) return asked.status
  if (!isOutcome(asked.body)) return unexpected(asked.body)
  for (const reason of asked.body.reasons) complain(reason)
  if (asked.body.ok) return 0
  return asked.body.late === true ? TOO_LATE : 1
}

/** Whether a document is the reply to a change, a wait or a question of health. */
export function isOutcome(body: unknown): body is OutcomeReply {
  return typeof body === 'object' && body !== null && 'ok' in body && 'reasons' in body && Array.isArray(body.reasons)
}

/** Says that an answer makes no sense, as from a supervisor of another version. */
export function unexpected(body: unknown): number {
  complain(notUnderstood(body))
  return 1
}

/** The words for an answer that makes no sense. */
export function notUnderstood(body: unknown): string {
  return `cannot understand the supervisor’s answer: ${JSON.stringify(body).slice(0, 200)}`
}

/** Names of services and options as the query of a path; null is left out. */
export function queryOf(
  services: readonly string[],
  options: readonly (readonly [string, string | number | null])[] = [],
): string {
  const entries = [...services.map((name) => ['service', name] as const), ...options]
  const given = entries.flatMap(([key, value]) => (value === null ? [] : [[key, String(value)] as [string, string]]))
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

/** Where a supervisor may listen, best first. */
export function controlSockets(): readonly string[] {
  return runtimeDirsFor(process.cwd()).map((folder) => join(folder, 'control.sock'))
}

function said(answered: Answered): Asked {
  if ('body' in answered) return answered
  complain(answered.message)
  return { status: answered.status }
}

function outcomeOf(answer: ControlAnswer, sockets: readonly string[]): Answered {
  switch (answer.kind) {
    case 'no-supervisor': {
      const way = 'set PIDONE_RUNTIME_DIR if it is elsewhere'
      return { status: 3, message: `no supervisor is running: nobody listens on ${quoted(sockets)}; ${way}` }
    }
    case 'forbidden':
      return { status: NOT_ALLOWED, message: answer.message }
    case 'failed':
      return { status: 3, message: answer.message }
    case 'answered':
      return answeredOutcome(answer.status, answer.body)
  }
}

function answeredOutcome(status: number, body: unknown): Answered {
  if (status < 400 || isOutcome(body)) return { body }
  const isError = typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string'
  if (!isError) return { status: 1, message: notUnderstood(body) }
  const message = String(body.message)
  if (status === 403) return { status: NOT_ALLOWED, message }
  return { status: status === 409 || status >= 500 ? 1 : 64, message }
}

function quoted(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join(', ')
}
