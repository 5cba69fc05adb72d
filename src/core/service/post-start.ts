import type { ServiceEffect } from './effect.ts'
import { beginFailing } from './ending.ts'
import type { Moment, RunEvent } from './event.ts'
import { beginRunning, type AtLast } from './running.ts'
import type { PostStart, Service } from './state.ts'
import { enter, unchanged, type Step } from './step.ts'

/** It is ready by its own word: its `post_start` comes first, if it has one, and the start timeout goes on. */
export function beginPostStart(
  service: Service,
  ready: AtLast,
  moment: Moment,
  effects: readonly ServiceEffect[],
): Step {
  if (service.config.postStart.length === 0) return beginRunning(service, ready, moment, effects)
  const { since, run, process, spawnedAt, until, watchdogMs } = ready
  const spawned = { since, run, process, spawnedAt, until, watchdogMs }
  const state: PostStart = { kind: 'starting', step: 'post-start', ...spawned }
  return enter(service, state, [...effects, { kind: 'run-hook', run, hook: 'post-start' }])
}

/** A hook ended: with `post_start` done it runs at last. */
export function onPostStartEnded(
  service: Service,
  state: PostStart,
  { hook, why }: Extract<RunEvent, { kind: 'hook-ended' }>,
  moment: Moment,
): Step {
  if (hook !== 'post-start') return unchanged(service)
  return why === null
    ? beginRunning(service, state, moment, [])
    : beginFailing(service, state, moment, { kind: 'hook-failed', hook, why })
}
