import type { ServiceEffect } from './effect.ts'
import type { Moment } from './event.ts'
import type { Service } from './state.ts'
import { enter, remember, unchanged, type Step } from './step.ts'

/** The first event: a service that begins with waiting for its schedule asks for its next time. */
export function onBegun(service: Service): Step {
  const { state } = service
  const awaits = state.kind === 'waiting' && state.for === 'schedule'
  return awaits ? { service, effects: [{ kind: 'await-schedule' }] } : unchanged(service)
}

/** The time has come: what is at rest waits for its conditions anew. What is up or on its way skips this time. */
export function onScheduleDue(service: Service, { at }: Moment): Step {
  const { state, config } = service
  if (config.schedule === null) return unchanged(service)
  switch (state.kind) {
    case 'completed':
    case 'failed':
    case 'waiting':
      if (state.kind === 'waiting' && state.for === 'dependencies') return unchanged(service)
      // Each time has its own tries; why the last run failed is known until this one has ended.
      return enter(remember(service, { shortRuns: 0, restartedAt: [] }), {
        kind: 'waiting',
        since: at,
        for: 'dependencies',
      })
    case 'starting':
    case 'running':
    case 'stopping':
    case 'backoff':
    case 'stopped':
    case 'disabled':
      return unchanged(service)
  }
}

/** A run is over for good: the next one has its time, if there is a schedule. */
export function awaitSchedule({ config }: Service): readonly ServiceEffect[] {
  return config.schedule === null ? [] : [{ kind: 'await-schedule' }]
}

/** Its time is waited for no longer, where it was. */
export function cancelSchedule({ config }: Service): readonly ServiceEffect[] {
  return config.schedule === null ? [] : [{ kind: 'cancel-schedule' }]
}
