import type { Edge } from '../graph/graph.ts'
import { listed } from '../text/list.ts'
import { info, type Message } from './words.ts'

/** Tells what a service has lost, and what becomes of it. */
export function describeLoss(name: string, edges: readonly Edge[]): Message {
  const lost = `${name}: lost ${listed(edges.map(({ to }) => to))}`
  const back = edges.length === 1 ? 'it is ready again' : 'they are ready again'
  if (edges.every(({ whenLost }) => whenLost === 'restart')) return info(`${lost}; will be restarted when ${back}`)
  if (edges.some(({ required }) => required)) return info(`${lost}; stopping until ${back}`)
  return info(`${lost}; stopping, to start again with or without ${edges.length === 1 ? 'it' : 'them'}`)
}

/** Tells why a service is restarted. */
export function describeRestart(name: string, lost: readonly string[]): Message {
  return info(`${name}: restarting: ${listed(lost)} ${lost.length === 1 ? 'is' : 'are'} ready again`)
}

/** Tells whom a request takes along; null when it is nobody. */
export function describeAlso(
  kind: 'stop' | 'restart',
  names: readonly string[],
  also: readonly string[],
): Message | null {
  if (also.length === 0) return null
  const [doing, does, key] =
    kind === 'stop' ? ['stopping', 'stops', 'when_lost: stop'] : ['restarting', 'restarts', 'when_lost']
  return info(`${doing} ${listed(names)} also ${does} ${listed(also)} (${key})`)
}
