import t from 'tap'
import type { GraphEdge, GraphReply, GraphService } from '../../src/core/control/graph-reply.ts'
import { inColour, plain } from '../../src/cli/render/colour.ts'
import { renderDot } from '../../src/cli/render/graph-dot.ts'
import { renderMermaid } from '../../src/cli/render/graph-mermaid.ts'
import { renderGraphText } from '../../src/cli/render/graph-text.ts'
import { viewOf } from '../../src/cli/render/graph-view.ts'

function service(name: string, keys: Partial<GraphService> = {}): GraphService {
  return { name, type: 'longrun', instance: null, enabled: true, state: 'running', health: 'none', ...keys }
}

function edge(from: string, to: string, keys: Partial<GraphEdge> = {}): GraphEdge {
  return { from, to, condition: 'service_ready', required: true, when_lost: 'ignore', dropped: null, ...keys }
}

function instance(number: number, state: GraphService['state']): GraphService {
  return service(`web-${number}`, { instance: { service: 'web', number }, state })
}

const DONE = { condition: 'service_completed_successfully' } as const
const SHOP: GraphReply = {
  name: 'shop',
  services: [
    service('init', { type: 'oneshot', state: 'completed' }),
    service('db', { health: 'healthy' }),
    service('cache', { enabled: false, state: 'disabled' }),
    instance(1, 'running'),
    instance(2, 'failed'),
    service('proxy', { state: 'waiting' }),
  ],
  edges: [
    edge('db', 'init', DONE),
    ...[1, 2].flatMap((number) => [
      edge(`web-${number}`, 'db', { condition: 'service_healthy', when_lost: 'restart' }),
      edge(`web-${number}`, 'init', DONE),
      edge(`web-${number}`, 'cache', { required: false, dropped: 'disabled' }),
    ]),
    edge('proxy', 'web-1', { required: false }),
    edge('proxy', 'web-2', { required: false }),
    edge('proxy', 'db', { when_lost: 'stop' }),
  ],
}

const TEXT = `shop: 6 services: 1 completed, 2 running, 1 disabled, 1 failed, 1 waiting

proxy  waiting
├─ ready, if it can be    web ×2  1 running, 1 failed
│  ├─ healthy, restart when lost  db  running, healthy
│  │  └─ completed  init  completed
│  ├─ completed                   init  completed
│  └─ not waited for              cache  disabled
└─ ready, stop when lost  db  running, healthy (above)
`

void t.test('as text a graph is trees of what is waited for, each only once', async (test) => {
  test.equal(renderGraphText(viewOf(SHOP), { width: null, paint: plain }), TEXT)
  const coloured = renderGraphText(viewOf(SHOP), { width: null, paint: inColour })
  test.equal(coloured.replaceAll(new RegExp(String.raw`${String.fromCodePoint(27)}\[\d+m`, 'gu'), ''), TEXT)
})

void t.test('in a terminal that is too narrow its lines are cut', async (test) => {
  const lines = renderGraphText(viewOf(SHOP), { width: 40, paint: plain }).split('\n')
  test.same(lines.slice(3, 5), ['├─ ready, if it can be    web ×2  1 run…', '│  ├─ healthy, restart when lost  db  r…'])
  test.ok(lines.every((line) => line.length <= 40))
})

void t.test('a chain goes on at the margin where it is deep', async (test) => {
  const names = Array.from({ length: 25 }, (_, index) => `s${index}`)
  const edges = names.slice(1).map((name, index) => edge(name, names[index] ?? ''))
  const services = names.map((name) => service(name, { state: null }))
  const text = renderGraphText(viewOf({ name: 'x', services, edges }), { width: null, paint: plain })
  const lines = text.split('\n').filter((line) => line !== '')
  test.equal(lines.length, 1 + 25 + 2)
  test.match(lines[11], / {27}└─ ready {2}s14 {2}longrun \(below\)$/u)
  test.equal(lines[12], 's14  longrun')
  test.ok(lines.every((line) => line.length < 60))
})

void t.test('as Mermaid it has a node for each and an arrow from what is waited for', async (test) => {
  test.equal(
    renderMermaid(viewOf(SHOP)),
    `flowchart TD
  n0(["init<br/>completed"])
  n1["db<br/>running, healthy"]
  n2["cache<br/>disabled"]
  n3["web ×2<br/>1 running, 1 failed"]
  n4["proxy<br/>waiting"]
  n0 -->|"completed"| n1
  n1 -->|"healthy, restart when lost"| n3
  n0 -->|"completed"| n3
  n2 -.-> n3
  n3 -.->|"ready"| n4
  n1 -->|"ready, stop when lost"| n4
  classDef is_completed fill:#ddf4ff,stroke:#218bff,color:#0550ae
  classDef is_running fill:#dafbe1,stroke:#2da44e,color:#116329
  classDef is_disabled fill:#f6f8fa,stroke:#afb8c1,color:#6e7781,stroke-dasharray:4 3
  classDef is_failed fill:#ffcecb,stroke:#cf222e,color:#82071e
  classDef is_waiting fill:#ffffff,stroke:#bf8700,color:#7d4e00
  class n0 is_completed
  class n1 is_running
  class n2 is_disabled
  class n3 is_failed
  class n4 is_waiting
`,
  )
})

const HOSTILE = ['end', 'a"b\\', '`x`', '<b>&amp;</b>', '#35;', 'style:#x;', 'a\n%%{init}%%', '日本', '\u202E', '']

void t.test('no name gets out of its place in Mermaid', async (test) => {
  const services = HOSTILE.map((name) => service(name))
  const lines = renderMermaid(viewOf({ name: 'x', services, edges: [] })).split('\n')
  test.same(
    lines.slice(1, 1 + HOSTILE.length),
    [
      'end',
      'a#34;b#92;',
      '#96;x#96;',
      '#60;b#62;#38;amp#59;#60;#47;b#62;',
      '#35;35#59;',
      'style#58;#35;x#59;',
      'a#92;n#37;#37;#123;init#125;#37;#37;',
      '日本',
      '#92;u202e',
      '',
    ].map((label, index) => `  n${index}["${label}<br/>running"]`),
  )
})

/** The words of a file in Graphviz's language, or what is wrong with it: as far as we write it. */
function readDot(text: string): readonly string[] {
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|->|[{}[\],=]|[\w.#]+|\S/gsu)].map(([token]) => token)
  const odd = tokens.find((token) => !/^(?:"(?:[^"\\]|\\.)*"|->|[{}[\],=]|[A-Za-z_]\w*|[\d.]+)$/su.test(token))
  if (odd !== undefined) throw new Error(`not for Graphviz: ${odd}`)
  return tokens
}

void t.test('for Graphviz it is a directed graph, and no name gets out of its place', async (test) => {
  const tokens = readDot(renderDot(viewOf(SHOP)))
  test.equal(tokens.filter((token) => token === '->').length, 6)
  test.ok(tokens.includes('dotted') && tokens.includes('dashed') && tokens.includes('"healthy, restart when lost"'))
  const hostile = readDot(
    renderDot(viewOf({ name: 'a "b"', services: HOSTILE.map((name) => service(name)), edges: [] })),
  )
  const labels = hostile.flatMap((token, index) => (hostile[index - 2] === 'label' ? [token] : []))
  test.same(labels, [
    String.raw`"a \"b\""`,
    String.raw`"end\nrunning"`,
    String.raw`"a\"b\\\nrunning"`,
    String.raw`"${'`x`'}\nrunning"`,
    String.raw`"<b>&amp;amp;</b>\nrunning"`,
    String.raw`"#35;\nrunning"`,
    String.raw`"style:#x;\nrunning"`,
    String.raw`"a\\n%%{init}%%\nrunning"`,
    String.raw`"日本\nrunning"`,
    String.raw`"\\u202e\nrunning"`,
    String.raw`"\nrunning"`,
  ])
})

void t.test('instances that are waited for differently stay apart', async (test) => {
  const { nodes } = viewOf({ ...SHOP, edges: [...SHOP.edges, edge('cache', 'web-1')] })
  test.same(
    nodes.map(({ title }) => title),
    ['init', 'db', 'cache', 'web-1', 'web-2', 'proxy'],
  )
})

void t.test('an edge that nobody waits for is not drawn where it would lead in a circle', async (test) => {
  const services = [service('a'), service('b', { enabled: false, state: null })]
  const { edges } = viewOf({ name: 'x', services, edges: [edge('b', 'a'), edge('a', 'b', { dropped: 'disabled' })] })
  test.same(
    edges.map(({ from, to }) => [from, to]),
    [['b', 'a']],
  )
})

void t.test('on a narrow terminal names stay, and the words before them are cut', (test) => {
  const words = { required: false, when_lost: 'restart' } as const
  const chain: GraphReply = {
    name: 'shop',
    services: ['gateway', 'app', 'postgres', 'volume'].map((name) => service(name)),
    edges: [edge('gateway', 'app', words), edge('app', 'postgres', words), edge('postgres', 'volume', words)],
  }
  test.equal(
    renderGraphText(viewOf(chain), { width: 24, paint: plain }),
    `shop: 4 services: 4 run…

gateway  running
└─ ready, if it can… app
   └─ ready, i… postgres
      └─ ready, … volume
`,
  )
  test.end()
})
