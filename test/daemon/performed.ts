import { isUtf8 } from 'node:buffer'
import type { ServiceConfig } from '../../src/core/config/model.ts'
import type { ServiceEffect } from '../../src/core/service/effect.ts'
import type { ServiceEvent } from '../../src/core/service/event.ts'
import { createCalendar } from '../../src/daemon/calendar.ts'
import { createLogs } from '../../src/daemon/logs.ts'
import { createPerformer, type Performer } from '../../src/daemon/performer.ts'
import { createReporter } from '../../src/daemon/reporter.ts'
import { FakeMachine } from './fake-machine.ts'

/** One service whose effects are performed, with nobody who decides: events are only noted. */
export interface Performed {
  readonly machine: FakeMachine
  readonly performer: Performer
  readonly perform: (effect: ServiceEffect) => void
  /** What happened since the last look. */
  readonly news: () => readonly ServiceEvent[]
  /** What the supervisor said. */
  readonly told: string[]
}

/** The service's effects on a machine in memory. */
export function performed(service: ServiceConfig, redact: (text: string) => string = String): Performed {
  const machine = new FakeMachine()
  const events: ServiceEvent[] = []
  const told: string[] = []
  const services = [service.name]
  const tell = (text: string): void => void told.push(text)
  const reporter = createReporter({ info: tell, warn: (text) => tell(`warning: ${text}`), error: tell })
  const { output, openLogFile, clock } = machine
  const performer = createPerformer({
    machine,
    services: new Map([[service.name, service]]),
    supervisorId: 'id',
    logs: createLogs({
      output,
      openLogFile,
      clock,
      dateOf: createCalendar(clock),
      services,
      encode,
      decode: (bytes) => Buffer.from(bytes).toString(),
      isUtf8,
      redact,
      warn: reporter.warn,
    }),
    reporter,
    dispatch: (event) => void (event.kind === 'service' && events.push(event.event)),
    isToSpawn: () => true,
    ended: () => undefined,
  })
  const perform = (effect: ServiceEffect): void => performer.perform({ kind: 'service', service: service.name, effect })
  return { machine, performer, perform, news: () => events.splice(0), told }
}

function encode(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text))
}

/** A run of the service with the pid 100. */
export function running(...of: Parameters<typeof performed>): Performed {
  const [service] = of
  const set = performed(...of)
  set.perform({ kind: 'spawn', run: 1 })
  set.machine.spawned(service.name)
  set.machine.news()
  set.news()
  return set
}

/** Every promise that can be settled has been. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
