import * as fc from 'fast-check'
import t from 'tap'
import { configs } from './draw.ts'
import { faultsAtRest } from './invariants.ts'
import { isThere } from './machine-model.ts'
import { choose, comeToRest, Walker, type Walk } from './walker.ts'

/** `WALKS=100000` takes more of them. */
const WALKS = Number(process.env['WALKS'] ?? 3_000)

void t.test('whatever happens in whatever order, the set stays sound and comes to rest', (test) => {
  const walk = fc.record({
    config: configs(),
    wanted: fc.oneof({ weight: 3, arbitrary: fc.constant(0xfff) }, { weight: 1, arbitrary: fc.nat(0xfff) }),
    choices: fc.array(fc.nat(0xffffff), { maxLength: 120, size: 'max' }),
  })
  const played = fc.check(fc.property(walk, walkAlong), { numRuns: WALKS, ...replay() })
  const [failed] = played.counterexample ?? []
  if (failed === undefined) test.pass(`${WALKS} walks`)
  else {
    const fault = String(played.errorInstance).split('\n')
    test.fail(`WALK_SEED=${played.seed} WALK_PATH=${played.counterexamplePath}`, { set: tell(failed), fault })
  }
  test.end()
})

function tell({ config, wanted }: Walk): readonly string[] {
  return [...config.services.values()].map((service, index) => {
    const { name, type, ready, restart, dependsOn, onFailure, onSuccess, enabled, healthcheck, schedule } = service
    const edges = dependsOn.map(({ service: on, condition, required, whenLost }) => {
      return `${on} (${condition}${required ? '' : ', optional'}, when lost ${whenLost})`
    })
    const health = healthcheck === null ? [] : [`unhealthy after ${healthcheck.retries}: ${healthcheck.onUnhealthy}`]
    const is = [type, ready?.kind ?? 'no readiness', restart.policy, `failure ${onFailure}`, `success ${onSuccess}`]
    const rest = [
      health,
      schedule === null ? [] : 'scheduled',
      enabled ? [] : 'disabled',
      (wanted & (1 << index)) === 0 ? 'not wanted' : [],
    ].flat()
    return `${name}: ${[...is, ...rest].join(', ')}${edges.length === 0 ? '' : `; after ${edges.join(', ')}`}`
  })
}

/** `WALK_SEED=…` and `WALK_PATH=…`, as a failure prints them, play one walk again. */
function replay(): { readonly seed?: number; readonly path?: string } {
  const { WALK_SEED: seed, WALK_PATH: path } = process.env
  return { ...(seed === undefined ? {} : { seed: Number(seed) }), ...(path === undefined ? {} : { path }) }
}

function walkAlong(walk: Walk): void {
  const walker = new Walker(walk)
  for (const choice of walk.choices) {
    if (walker.machine.ends > 0) break
    walker.happen(choose(walker, choice), (choice % 1_000) / 1_000)
  }
  comeToRest(walker)
  if (walker.machine.ends === 0) {
    walker.demandNone([...faultsAtRest(walker.world), ...walker.ledger.faultsAtRest(walker.world)])
    walker.happen({ kind: 'shutdown-requested', by: 'SIGTERM', status: 0, insist: true }, 0.5)
    comeToRest(walker)
  }
  const left = [...walker.machine.slots].filter(([, slot]) => isThere(slot) || slot.timers.size > 0)
  walker.demandNone(left.map(([name]) => `${name} is left over`))
  walker.demandNone(walker.machine.ends === 1 ? [] : [`the end came ${walker.machine.ends} times`])
}
