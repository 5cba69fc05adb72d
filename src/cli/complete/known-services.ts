import type { StatusReply } from '../../core/protocol.ts'
import { callControl } from '../../system/control-client.ts'
import { findConfig } from '../find-config.ts'
import { loadFiles } from '../load-file.ts'
import { controlSockets } from '../supervisor-link.ts'
import type { Candidate } from './candidates.ts'

/** Somebody waits at a prompt. */
const PATIENCE_MS = 1000

/** The services of the supervisor that runs, or else of the file; none where neither can be had, without a word. */
export async function knownServices(): Promise<readonly Candidate[]> {
  const running = await runningServices()
  return running ?? declaredServices()
}

async function runningServices(): Promise<readonly Candidate[] | null> {
  const call = { sockets: controlSockets(), method: 'GET', path: '/v1/status', timeoutMs: PATIENCE_MS } as const
  const answer = await callControl(call)
  if (answer.kind !== 'answered' || answer.status !== 200) return null
  const { services } = answer.body as StatusReply
  return services.map(({ name, state }) => ({ word: name, about: state }))
}

async function declaredServices(): Promise<readonly Candidate[]> {
  const environment = new Map(Object.entries(process.env).map(([name, value]) => [name, value ?? '']))
  const found = findConfig({ asked: [], environment, mode: 'up' })
  if (found.kind === 'none') return []
  const { config } = await loadFiles({ mode: 'up', paths: found.paths, environment, profiles: ['*'] })
  if (config === null) return []
  return [...config.services.values()].map(({ name, description }) => ({
    word: name,
    about: description ?? 'a service',
  }))
}
