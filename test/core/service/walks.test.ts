import * as fc from 'fast-check'
import t from 'tap'
import type { ServiceConfig } from '../../../src/core/config/model.ts'
import { restart, serviceConfig, TOLD } from '../support.ts'
import { EVERYTHING, HEALTHCHECK } from './cases.ts'
import { World } from './world.ts'

const SERVICES: readonly ServiceConfig[] = [
  EVERYTHING,
  serviceConfig({ ...EVERYTHING, ready: null, healthcheck: { ...HEALTHCHECK, onUnhealthy: 'ignore' } }),
  serviceConfig({ ready: { kind: 'delay', delayMs: 100 }, restart: restart({ policy: 'on-failure', maxAttempts: 1 }) }),
  serviceConfig({ ready: TOLD, watchdogMs: 20_000 }),
  serviceConfig({ type: 'oneshot', schedule: { kind: 'every', everyMs: 60_000 } }),
]

void t.test('what is under way belongs to the state: its timers, its questions, its hook', (test) => {
  const steps = fc.array(fc.nat(), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(fc.constantFrom(...SERVICES), steps, (config, choices) => {
      const world = new World(config)
      for (const choice of choices) world.go(choice)
    }),
    { numRuns: 3_000 },
  )
  test.end()
})
