import { beginFailing } from './ending.ts'
import type { ServiceEffect } from './effect.ts'
import type { Moment } from './event.ts'
import type { Running, Service } from './state.ts'
import { unchanged, type Step } from './step.ts'

/** From the end of one measurement to the next: reading a whole tree out of /proc is no trifle. */
const INTERVAL_MS = 5000

/** Measures from time to time what a service takes, if there is a limit. */
export function beginMemory({ config }: Service, run: number): readonly ServiceEffect[] {
  return config.maxMemoryBytes === null ? [] : [nextMeasurement(run)]
}

/** The time for a measurement has come. */
export function measureMemory(service: Service, { run }: Running): Step {
  return { service, effects: [{ kind: 'measure-memory', run }] }
}

/** What it takes is known, or could not be read: too much ends it, else it is measured again. */
export function onMemoryMeasured(service: Service, state: Running, bytes: number | null, moment: Moment): Step {
  const { maxMemoryBytes } = service.config
  if (maxMemoryBytes === null) return unchanged(service)
  if (bytes !== null && bytes > maxMemoryBytes) {
    return beginFailing(service, state, moment, { kind: 'over-memory', bytes, limitBytes: maxMemoryBytes })
  }
  return { service, effects: [nextMeasurement(state.run)] }
}

function nextMeasurement(run: number): ServiceEffect {
  return { kind: 'start-timer', run, timer: 'memory-interval', afterMs: INTERVAL_MS }
}
