import type { AnalyzeReply } from '../core/control/analyze-reply.ts'
import { graphReply, type GraphReply } from '../core/control/graph-reply.ts'
import { analyse } from '../core/supervisor/analysis.ts'
import { COMMAND } from '../core/supervisor/command.ts'
import { healthOf } from '../core/supervisor/health.ts'
import { timestamp } from './calendar.ts'
import type { Desk } from './desk.ts'

/** The graph of the named services and of what they need. The command stands on all of them: it is left out. */
export function graphOf({ project, loop }: Desk, names: readonly string[]): GraphReply {
  const { members } = loop.supervisor()
  const services = [...members].filter(([name]) => name !== COMMAND)
  return graphReply({
    name: project,
    services: new Map(services.map(([name, { service }]) => [name, service.config])),
    droppedEdges: loop.droppedEdges,
    names,
    standing: (name) => {
      const service = members.get(name)?.service
      return service === undefined
        ? { state: null, health: 'none' }
        : { state: service.state.kind, health: healthOf(service) }
    },
  })
}

/** How the named services came up. */
export function analysisOf(desk: Desk, names: readonly string[]): AnalyzeReply {
  const { project, loop, machine, dateOf } = desk
  const process = machine.processStart()
  const { boot } = loop
  const found = analyse({ boot, supervisor: loop.supervisor(), process, now: machine.clock.now() }, names)
  return { name: project, since: timestamp(dateOf(process.processAt)), ...found }
}
