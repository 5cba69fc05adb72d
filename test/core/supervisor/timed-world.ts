import type { Config } from '../../../src/core/config/model.ts'
import type { SupervisorEvent } from '../../../src/core/supervisor/event.ts'
import { newSupervisor, type Supervisor } from '../../../src/core/supervisor/state.ts'
import { step } from '../../../src/core/supervisor/step.ts'
import { TimedMachine } from './timed-machine.ts'

/** A set on a machine with a time of its own; it has begun. */
export class TimedWorld {
  supervisor: Supervisor
  readonly machine: TimedMachine
  readonly #chance: () => number

  constructor(config: Config, chance: () => number) {
    this.#chance = chance
    this.machine = new TimedMachine(config, chance)
    this.supervisor = newSupervisor(config, new Set(config.services.keys()), 0)
    this.happen({ kind: 'begun' })
  }

  happen(event: SupervisorEvent): void {
    const { supervisor, effects } = step(this.supervisor, event, { at: this.machine.now, chance: this.#chance() })
    this.supervisor = supervisor
    for (const effect of effects) this.machine.perform(effect)
  }

  /** Lets all happen up to an instant, or the end. */
  play(until: number): void {
    while (this.machine.endedAt === null) {
      const event = this.machine.next(until)
      if (event === null) return
      this.happen(event)
    }
  }

  demandEnd(at: number, when: string): void {
    const { endedAt, alive } = this.machine
    if (endedAt !== null && alive.length === 0) return
    const states = [...this.supervisor.members].map(([name, { service }]) => `${name} ${JSON.stringify(service.state)}`)
    throw new Error(`no end at ${at}, ${when}: alive are ${alive.join(', ') || 'none'}\n${states.join('\n')}`)
  }
}
