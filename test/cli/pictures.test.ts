import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { AnalyzeReply } from '../../src/core/control/analyze-reply.ts'
import { fake, json, run, runShell, type Ended } from './support.ts'
import { readXml } from './xml.ts'

const GRAPH = {
  name: 'shop',
  services: [{ name: 'db', type: 'longrun', instance: null, enabled: true, state: 'running', health: 'none' }],
  edges: [],
}
const FILE = 'services: {db: {command: redis-server}, web: {command: nginx, depends_on: [db]}}'

/** A graph by a command in a folder with a file, where no supervisor runs. */
function inFolder(folder: string, words: string): Promise<Ended> {
  return runShell(folder, `cd "$PIDONE_RUNTIME_DIR"; supervisor graph ${words}`)
}

void t.test('graph asks the supervisor, and draws as it is told to', async (test) => {
  const { folder, asked } = await fake(test, () => json(GRAPH))
  const text = { status: 0, out: 'shop: 1 service: 1 running\n\ndb  running\n', err: '' }
  test.strictSame(await run(folder, 'graph', 'db'), text)
  test.match(await run(folder, 'graph', '--format', 'mermaid'), { status: 0, out: /^flowchart TD\n/u, err: '' })
  test.match(await run(folder, 'graph', '--format', 'dot'), { status: 0, out: /^digraph "shop" \{\n/u, err: '' })
  const { out } = await run(folder, 'graph', '--format=svg')
  test.equal(readXml(out).name, 'svg')
  test.strictSame(JSON.parse((await run(folder, 'graph', '--json')).out), GRAPH)
  test.strictSame(asked[0], { kind: 'graph', services: ['db'] })
})

void t.test('where no supervisor runs, graph draws the file', async (test) => {
  const folder = test.testdir({ 'services.yaml': `name: shop\n${FILE}` })
  const out = 'shop: 2 services\n\nweb  longrun\n└─ ready  db  longrun\n'
  test.strictSame(await inFolder(folder, ''), { status: 0, out, err: '' })
  test.match(await inFolder(folder, 'db'), { status: 0, out: 'shop: 1 service\n\ndb  longrun\n' })
  const err = 'supervisor: no service "dbb"; did you mean "db"?\n'
  test.strictSame(await inFolder(folder, 'dbb'), { status: 64, out: '', err })
})

void t.test('graph draws a file that is named, and says what is wrong with it', async (test) => {
  const { folder, asked } = await fake(test, () => json(GRAPH))
  const files = test.testdir({ 'good.yaml': `name: other\n${FILE}`, 'bad.yaml': 'services: {db: {}}' })
  test.match(await run(folder, 'graph', '-f', join(files, 'good.yaml')), { status: 0, out: /^other: 2 services\n/u })
  test.match(await run(folder, 'graph', '-f', join(files, 'bad.yaml')), { status: 78, out: '', err: /services\.db/u })
  test.match(await inFolder(test.testdir({}), ''), { status: 78, out: '', err: /services\.yaml/u })
  test.strictSame(asked, [])
})

const ANALYSIS: AnalyzeReply = {
  name: 'shop',
  since: '2026-11-21T06:38:38.163Z',
  now_ms: 5000,
  supervisor: { node_ms: 9, begun_ms: 60 },
  total_ms: 60,
  services: [],
  critical_path: [],
  advice: [],
}

void t.test('analyze prints, or draws into a file, and is 1 while not all are ready', async (test) => {
  const { folder } = await fake(test, ({ kind }) => json(kind === 'analyze' ? ANALYSIS : {}))
  test.match(await run(folder, 'analyze'), { status: 0, out: /^shop: no services\n/u, err: '' })
  test.strictSame(JSON.parse((await run(folder, 'analyze', '--json')).out), ANALYSIS)
  const file = join(folder, 'boot.svg')
  test.strictSame(await run(folder, 'analyze', '--svg', file), { status: 0, out: '', err: '' })
  test.equal(readXml(readFileSync(file, 'utf8')).name, 'svg')
  test.match(await run(folder, 'analyze', '--svg', '-'), { status: 0, out: /^<svg /u, err: '' })
  mkdirSync(join(folder, 'taken'))
  test.match(await run(folder, 'analyze', '--svg', join(folder, 'taken')), {
    status: 1,
    out: '',
    err: /^supervisor: cannot write ".*taken": EISDIR/u,
  })
  const late = await fake(test, () => json({ ...ANALYSIS, total_ms: null }))
  test.match(await run(late.folder, 'analyze'), { status: 1 })
})
