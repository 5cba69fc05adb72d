import type { Config } from '../core/config/model.ts'
import type { Machine } from '../core/machine.ts'
import type { Moment } from '../core/service/event.ts'
import type { SupervisorEvent } from '../core/supervisor/event.ts'
import { newBoot, noteStep, type Boot } from '../core/supervisor/boot.ts'
import { COMMAND, withCommand } from '../core/supervisor/command.ts'
import { newSupervisor } from '../core/supervisor/state.ts'
import type { EventLog } from './event-log.ts'
import { createLoop, type Loop } from './loop.ts'
import type { Logs } from './logs.ts'
import { createPerformer } from './performer.ts'
import type { Reporter } from './reporter.ts'

/** What a set of services is supervised with. */
export interface SupervisionParts {
  readonly machine: Machine
  readonly config: Config
  /** Names of the services that shall be up from the start. */
  readonly wanted: ReadonlySet<string>
  /** The command in the foreground, which gives the exit status; null: none. */
  readonly command: readonly string[] | null
  readonly supervisorId: string
  readonly logs: Logs
  readonly reporter: Reporter
  readonly events: Pick<EventLog, 'note'>
  /** Called once, when nothing is alive any more, with the exit status. */
  readonly ended: (status: number) => void
  /** Told of each fault of our own; must not throw. */
  readonly faulted: (error: unknown) => void
}

/** A loop with what its effects are performed by. */
export interface Supervision extends Loop {
  /** Kills every process that is known to be alive, without a word to the loop: for when that cannot be trusted. */
  readonly killAll: () => void
  /** How the set came up. */
  readonly boot: Boot
  /** Edges of the file that nobody waits for. */
  readonly droppedEdges: Config['droppedEdges']
  /** When a service runs by its schedule, ms since 1970; null when that is not waited for. */
  readonly nextRunAt: (service: string) => number | null
}

/** Puts the loop around a set of services; nothing happens before its first event, `begun`. */
export function createSupervision(parts: SupervisionParts): Supervision {
  const { machine, command, supervisorId, logs, reporter, events, faulted } = parts
  const config = command === null ? parts.config : withCommand(parts.config, command)
  const wanted = command === null ? parts.wanted : new Set([...parts.wanted, COMMAND])
  const performer = createPerformer({
    machine,
    services: config.services,
    supervisorId,
    logs,
    reporter,
    dispatch: (event: SupervisorEvent) => loop.dispatch(event),
    isToSpawn: (service, run) => {
      const state = loop.supervisor().members.get(service)?.service.state
      return state?.kind === 'starting' && state.run === run
    },
    ended: (cause) => {
      try {
        reporter.lastWords(loop.supervisor(), cause, (service, last) => logs.tail([service], last))
      } finally {
        parts.ended(cause.status)
      }
    },
  })
  const moment = (): Moment => ({ at: machine.clock.now(), chance: machine.random() })
  const first = newSupervisor(config, wanted, machine.clock.now())
  const boot = newBoot()
  const loop = createLoop({
    first,
    perform: performer.perform,
    moment,
    stepped: (step) => {
      noteStep(boot, step)
      events.note(step)
    },
    faulted,
  })
  return {
    ...loop,
    boot,
    droppedEdges: config.droppedEdges,
    killAll: performer.killAll,
    nextRunAt: performer.nextRunAt,
  }
}
