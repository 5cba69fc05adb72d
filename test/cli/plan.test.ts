import t from 'tap'
import type { PlanReply, ServicePlan } from '../../src/cli/check-reply.ts'
import { inColour, plain } from '../../src/cli/render/colour.ts'
import { renderPlan } from '../../src/cli/render/plan.ts'

const db: ServicePlan = {
  name: 'postgres',
  type: 'longrun',
  description: null,
  stage: 1,
  depends_on: [],
  schedule: null,
  ready: 'it says READY=1, within 60 s',
  disabled: null,
}

const shop: PlanReply = {
  name: 'shop',
  services: [
    db,
    {
      ...db,
      name: '日本',
      stage: 2,
      depends_on: [{ service: 'postgres', condition: 'service_healthy', required: false }],
      ready: '/run/\u202E exists',
    },
    { ...db, name: 'off', stage: null, disabled: 'enabled is false' },
  ],
  dropped: [],
}

const WHOLE = `shop: 2 services, 1 disabled

STAGE  SERVICE   TYPE     WAITS FOR                         READY WHEN
1      postgres  longrun  -                                 it says READY=1, within 60 s
2      日本      longrun  postgres (healthy, if it can be)  /run/\\u202e exists
-      off       longrun  disabled: enabled is false
`

void t.test('a plan is a table', async (test) => {
  test.equal(renderPlan(shop, { width: null, paint: plain }), WHOLE)
  test.equal(renderPlan(shop, { width: 88, paint: plain }), WHOLE)
})

void t.test('a narrow terminal has readiness on lines of its own', async (test) => {
  test.equal(
    renderPlan(shop, { width: 87, paint: plain }),
    `shop: 2 services, 1 disabled

STAGE  SERVICE   TYPE     WAITS FOR
1      postgres  longrun  -
       ready when it says READY=1, within 60 s
2      日本      longrun  postgres (healthy, if it can be)
       ready when /run/\\u202e exists
-      off       longrun  disabled: enabled is false
`,
  )
})

void t.test(
  'a terminal that is narrower still has what is waited for there too, broken between words',
  async (test) => {
    test.equal(
      renderPlan(shop, { width: 44, paint: plain }),
      `shop: 2 services, 1 disabled

STAGE  SERVICE   TYPE
1      postgres  longrun
       ready when it says READY=1, within 60
       s
2      日本      longrun
       waits for postgres (healthy, if it
       can be)
       ready when /run/\\u202e exists
-      off       longrun
       disabled: enabled is false
`,
    )
  },
)

void t.test('edges that nobody waits for follow the table', async (test) => {
  const dropped = [{ service: 'app', dependency: 'off', because: 'disabled', reason: 'enabled is false' }] as const
  test.equal(
    renderPlan({ ...shop, dropped }, { width: null, paint: plain }),
    `${WHOLE}\napp does not wait for off: enabled is false\n`,
  )
})

void t.test('colour changes no column of a plan', async (test) => {
  const coloured = renderPlan(shop, { width: null, paint: inColour })
  test.equal(coloured.replaceAll(new RegExp(String.raw`${String.fromCodePoint(27)}\[\d+m`, 'gu'), ''), WHOLE)
  test.match(coloured, '\u001B[1mpostgres\u001B[0m')
})

void t.test('a plan tells the time for which a job waits, before what else it waits for', async (test) => {
  const job: ServicePlan = { ...db, name: 'job', type: 'oneshot', schedule: 'every 10 min', ready: 'it exits with 0' }
  const edge = { service: 'job', condition: 'service_completed', required: true } as const
  const services = [job, { ...job, name: 'dump', stage: 2, schedule: '0 3 * * *, Europe/Berlin', depends_on: [edge] }]
  test.equal(
    renderPlan({ name: 'x', services, dropped: [] }, { width: null, paint: plain }),
    `x: 2 services

STAGE  SERVICE  TYPE     WAITS FOR                                         READY WHEN
1      job      oneshot  its time (every 10 min)                           it exits with 0
2      dump     oneshot  its time (0 3 * * *, Europe/Berlin), job (ended)  it exits with 0
`,
  )
})

void t.test('without services there is no table', async (test) => {
  test.equal(renderPlan({ name: 'x', services: [], dropped: [] }, { width: 80, paint: plain }), 'x: 0 services\n')
})
