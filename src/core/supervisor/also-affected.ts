import type { Edge } from '../graph/graph.ts'
import { holds } from './conditions.ts'
import type { Supervisor } from './state.ts'

/**
 * Which other services a stop or a restart of some services takes along, in the order of the file: a stop those that
 * cannot live without one that stops, a restart those too that are restarted for it.
 */
export function alsoAffected(
  { members, graph }: Pick<Supervisor, 'members' | 'graph'>,
  kind: 'stop' | 'restart',
  services: readonly string[],
): readonly string[] {
  const takesAlong = ({ from, whenLost, to, condition }: Edge): boolean => {
    const member = members.get(from)
    const state = member?.service.state.kind
    const isUp = member?.wish === 'up' && (state === 'starting' || state === 'running')
    return isUp && (kind === 'restart' || whenLost === 'stop') && holds({ condition }, members.get(to))
  }
  // The set grows as it is walked.
  const affected = new Set(services)
  for (const name of affected) {
    for (const edge of graph.followers(name)) if (takesAlong(edge)) affected.add(edge.from)
  }
  return graph.names.filter((name) => affected.has(name) && !services.includes(name))
}
