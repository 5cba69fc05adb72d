import { parseArgs } from 'node:util'
import type { Placement } from './case.ts'
import { CASES } from './cases.ts'
import { candidate, OURS } from './inits.ts'
import { runCase } from './run-case.ts'
const { values } = parseArgs({
  options: { init: { type: 'string', multiple: true }, under: { type: 'string' }, only: { type: 'string' } },
})
for (const c of CASES.filter((x) => x.name.includes(values.only ?? '')))
  for (const i of values.init?.map(candidate) ?? [OURS]) {
    const at = performance.now()
    const e = await runCase(c, i, (values.under ?? 'pid1') as Placement)
    console.log(i.name, Math.round(performance.now() - at), c.name, e === null ? 'ok' : e.message)
  }
