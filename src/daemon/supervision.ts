import type { Config } from '../core/config/model.ts'
import type { Machine } from '../core/machine.ts'
import type { SupervisorEvent } from '../core/supervisor/event.ts'
import { COMMAND, withCommand } from '../core/supervisor/command.ts'
import { newSupervisor } from '../core/supervisor/state.ts'
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
  /** Called once, when nothing is alive any more, with the exit status. */
  readonly ended: (status: number) => void
}

/** Puts the loop around a set of services; nothing happens before its first event, `begun`. */
export function createSupervision(parts: SupervisionParts): Loop {
  const { machine, command, supervisorId, logs, reporter } = parts
  const config = command === null ? parts.config : withCommand(parts.config, command)
  const wanted = command === null ? parts.wanted : new Set([...parts.wanted, COMMAND])
  const perform = createPerformer({
    machine,
    services: config.services,
    supervisorId,
    logs,
    reporter,
    dispatch: (event: SupervisorEvent) => loop.dispatch(event),
    ended: (cause) => {
      reporter.lastWords(loop.supervisor(), cause, (service, last) => logs.tail([service], last))
      parts.ended(cause.status)
    },
  })
  const moment = (): { at: number; chance: number } => ({ at: machine.clock.now(), chance: machine.random() })
  const loop = createLoop(newSupervisor(config, wanted, machine.clock.now()), perform, moment)
  return loop
}
