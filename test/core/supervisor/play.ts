import type { Config } from '../../../src/core/config/model.ts'
import { newSupervisor, type Supervisor } from '../../../src/core/supervisor/state.ts'
import { step } from '../../../src/core/supervisor/step.ts'
import { readEvent, writeEffect } from './language.ts'

/** A set that is played with lines of `language.ts`: events in, effects out. */
export class Play {
  #supervisor: Supervisor

  /** @param wanted Who shall be up; all when nobody is named. */
  constructor(config: Config, ...wanted: readonly string[]) {
    this.#supervisor = newSupervisor(config, new Set(wanted.length === 0 ? config.services.keys() : wanted), 0)
  }

  get supervisor(): Supervisor {
    return this.#supervisor
  }

  /** Everything that comes of an event. */
  all(line: string, at = 0): readonly string[] {
    const event = readEvent(line, (name) => this.#member(name).service.history.run)
    const { supervisor, effects } = step(this.#supervisor, event, { at, chance: 0.5 })
    this.#supervisor = supervisor
    return effects.flatMap((effect) => writeEffect(effect))
  }

  /** What comes of some events, one after another, without messages. */
  acts(...lines: readonly string[]): readonly string[] {
    return lines.flatMap((line) => this.all(line)).filter((line) => !line.startsWith('|'))
  }

  /** What is told about some events, one after another. */
  tells(...lines: readonly string[]): readonly string[] {
    return lines.flatMap((line) => this.all(line)).flatMap((line) => (line.startsWith('| ') ? [line.slice(2)] : []))
  }

  /** Brings services up as far as their machine is concerned: each is spawned and, if it tells, ready. */
  up(...names: readonly string[]): readonly string[] {
    return names.flatMap((name) => {
      const { ready } = this.#member(name).service.config
      return this.acts(`${name} spawned`, ...(ready === null ? [] : [`${name} ready`]))
    })
  }

  /** A process ends and is cleared away. */
  ends(name: string, how = 'exits 0'): readonly string[] {
    return this.acts(`${name} ${how}`, `${name} cleared`)
  }

  state(name: string): string {
    return this.#member(name).service.state.kind
  }

  #member(name: string): NonNullable<ReturnType<Supervisor['members']['get']>> {
    const member = this.#supervisor.members.get(name)
    if (member === undefined) throw new Error(`no service "${name}"`)
    return member
  }
}
