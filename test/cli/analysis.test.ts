import t from 'tap'
import type { AnalyzeReply, ServiceStart, StartRun } from '../../src/core/control/analyze-reply.ts'
import { bootChart } from '../../src/cli/picture/boot-rows.ts'
import { bootSvg } from '../../src/cli/picture/boot-svg.ts'
import { renderAnalysis } from '../../src/cli/render/analysis.ts'
import { plain } from '../../src/cli/render/colour.ts'
import { readXml } from './xml.ts'

const RUN: StartRun = {
  run: 1,
  asked_ms: 60,
  spawned_ms: 62,
  ready_ms: null,
  healthy_ms: null,
  ended_ms: null,
  outcome: null,
}

function start(name: string, keys: Partial<ServiceStart>): ServiceStart {
  return {
    name,
    type: 'longrun',
    state: 'running',
    waited_for: null,
    condition: null,
    waited_ms: 0,
    took_ms: null,
    ready_ms: null,
    share: 0,
    runs: [RUN],
    omitted_runs: 0,
    ...keys,
  }
}

const SHOP: AnalyzeReply = {
  name: 'shop',
  since: '2026-11-21T06:38:38.163Z',
  now_ms: 5000,
  supervisor: { node_ms: 9, begun_ms: 60 },
  total_ms: 1200,
  services: [
    start('init', {
      type: 'oneshot',
      state: 'completed',
      took_ms: 90,
      ready_ms: 150,
      share: 0.075,
      runs: [{ ...RUN, ended_ms: 150, outcome: 'completed' }],
    }),
    start('db', {
      waited_for: 'init',
      condition: 'service_completed_successfully',
      waited_ms: 90,
      took_ms: 1050,
      ready_ms: 1200,
      share: 0.875,
      runs: [
        { ...RUN, asked_ms: 150, spawned_ms: 151, ended_ms: 300, outcome: 'failed' },
        { ...RUN, run: 2, asked_ms: 400, spawned_ms: 402, ready_ms: 1200 },
      ],
    }),
    start('cache', { took_ms: 2, ready_ms: 62, runs: [{ ...RUN, ready_ms: 62 }] }),
  ],
  critical_path: [
    { service: 'init', reached: 'completed', from_ms: 60, to_ms: 150, share: 0.075 },
    { service: 'db', reached: 'ready', from_ms: 150, to_ms: 1200, share: 0.875 },
  ],
  advice: ['db: a run failed before, which took 250 ms: let it depend on what it needs'],
}

void t.test('what went before Node in a script is not the time of the supervisor', async (test) => {
  const late = { ...SHOP, supervisor: { node_ms: 3000, begun_ms: 3060 }, critical_path: [] }
  test.match(
    renderAnalysis(late, { width: null, paint: plain }),
    `
  AT   TOOK  WHAT ALL WAITED FOR  UNTIL
0 ms    3 s  before Node
 3 s  60 ms  supervisor
`,
  )
  test.match(bootSvg(late), 'before Node 3 s  →  supervisor 60 ms<')
})

void t.test('a start is told as a table, the slowest first, with the path and the advice', async (test) => {
  test.equal(
    renderAnalysis(SHOP, { width: 80, paint: plain }),
    `shop: all ready after 1.2 s

SERVICE  WAITED   TOOK  READY AT  PATH  WAITED FOR
db        90 ms  1.1 s     1.2 s   88%  init (completed); 2 runs
init          -  90 ms    150 ms    8%
cache         -   2 ms     62 ms     -

    AT   TOOK  WHAT ALL WAITED FOR  UNTIL
  0 ms  60 ms  supervisor
 60 ms  90 ms  init                 completed
150 ms  1.1 s  db                   ready

db: a run failed before, which took 250 ms: let it depend on what it needs
`,
  )
})

void t.test('it fits into a narrow terminal', async (test) => {
  const name = 'a-service-with-quite-a-long-name-for-a-terminal'
  const services = SHOP.services.map((service) => ({ ...service, name: `${name}-${service.name}`, waited_for: name }))
  const critical = SHOP.critical_path.map((link) => ({ ...link, service: `${name}-${link.service}` }))
  const text = renderAnalysis({ ...SHOP, services, critical_path: critical }, { width: 80, paint: plain })
  test.same(
    text.split('\n').filter((line) => line.length > 80),
    [],
  )
})

void t.test('while a start goes on it is told who is still on his way', async (test) => {
  const [init, db, cache] = SHOP.services
  if (init === undefined || db === undefined || cache === undefined) throw new Error('no services')
  const pending = start('db', { ...db, state: 'starting', took_ms: null, ready_ms: null, runs: db.runs.slice(0, 1) })
  const link = { service: 'db', reached: null, from_ms: 150, to_ms: 5000, share: 0.97 }
  const services = [init, pending, cache]
  const reply = {
    ...SHOP,
    total_ms: null,
    services,
    critical_path: [...SHOP.critical_path.slice(0, 1), link],
    advice: [],
  }
  const lines = renderAnalysis(reply, { width: 80, paint: plain }).split('\n')
  test.equal(lines[0], 'shop: 2 of 3 services ready, 5 s after the start')
  test.equal(lines[3], 'db        90 ms      -  starting   88%  init (completed)')
  test.equal(lines[10], '150 ms  4.9 s  db                   still: starting')
})

void t.test('the bars of a service follow each other from the first moment to the last', async (test) => {
  const { rows, endMs } = bootChart(SHOP)
  test.same(
    rows.map(({ name, bars }) => [name, bars.map(({ kind, from, to }) => `${kind} ${from}-${Math.round(to)}`)]),
    [
      ['supervisor', ['launcher 0-9', 'supervisor 9-60']],
      ['init', ['spawning 60-62', 'working 62-150']],
      ['cache', ['spawning 60-62', 'ready 62-1272']],
      [
        'db',
        [
          'waiting 60-150',
          'spawning 150-151',
          'failed 151-300',
          'backoff 300-400',
          'spawning 400-402',
          'starting 402-1200',
          'ready 1200-1272',
        ],
      ],
    ],
  )
  test.equal(Math.round(endMs), 1272)
})

void t.test('as long as somebody is on his way the chart goes on, but not for days', async (test) => {
  const waiting = start('app', { state: 'waiting', runs: [], waited_ms: 4940 })
  const reply = { ...SHOP, total_ms: null, services: [...SHOP.services, waiting] }
  test.equal(bootChart({ ...reply, now_ms: 1400 }).endMs, 1400)
  test.equal(bootChart({ ...reply, now_ms: 86_400_000 }).endMs, 2200)
})

void t.test('the chart is well-formed, and has a frame and a line for each part of the path', async (test) => {
  const svg = readXml(bootSvg(SHOP))
  const paths = svg.children.filter((child) => typeof child !== 'string' && child.attributes.get('class') === 'path')
  test.same(
    paths.map((path) => (typeof path === 'string' ? '' : path.name)),
    ['rect', 'path', 'rect', 'path', 'rect'],
  )
  test.equal(readXml(bootSvg({ ...SHOP, services: [], critical_path: [], total_ms: 60 })).name, 'svg')
})
