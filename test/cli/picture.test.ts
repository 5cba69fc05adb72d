import { array, assert, constantFrom, integer, oneof, property, record, string } from 'fast-check'
import t from 'tap'
import { layOutGraph, type Card, type GraphLayout } from '../../src/cli/picture/graph-layout.ts'
import { graphSvg } from '../../src/cli/picture/graph-svg.ts'
import { layOut } from '../../src/cli/picture/layers.ts'
import { fit, textWidth } from '../../src/cli/picture/measure.ts'
import { countCrossings, orderSlots, tiesOf } from '../../src/cli/picture/order.ts'
import { ticksUpTo } from '../../src/cli/picture/time-axis.ts'
import { escapeControls } from '../../src/cli/render/text.ts'
import type { GraphView } from '../../src/cli/render/graph-view.ts'
import { readXml, type XmlElement } from './xml.ts'

/** Views of graphs without circles, with titles of all kinds. */
const VIEWS = array(
  record({
    title: oneof(
      string({ unit: 'binary', size: 'max', maxLength: 80 }),
      string({ unit: constantFrom('<', '&', '"', 'W'), size: 'max', maxLength: 80 }),
    ),
    back: array(integer({ min: 1, max: 9 }), { maxLength: 4 }),
    word: constantFrom('ready', 'started', 'completed', 'healthy', ''),
    whenLost: constantFrom('ignore', 'restart', 'stop'),
    kind: constantFrom('required', 'optional', 'dropped'),
    look: constantFrom('running', 'failed', 'disabled', 'unknown'),
    type: constantFrom('longrun', 'oneshot'),
    count: integer({ min: 1, max: 4 }),
  }),
  { maxLength: 24 },
).map((services): GraphView => {
  const nodes = services.map(({ title, look, type, count }, index) => {
    return { id: String(index), title: escapeControls(title), note: look, look, type, count }
  })
  const edges = services.flatMap(({ back, word, whenLost, kind }, index) =>
    [...new Set(back.map((by) => index - by))]
      .filter((target) => target >= 0)
      .map((target) => ({ from: String(index), to: String(target), word, whenLost, kind })),
  )
  return { title: nodes[0]?.title ?? 'none', summary: `${nodes.length} services`, nodes: nodes.toReversed(), edges }
})

void t.test('in random graphs no two boxes overlap, and no line passes through one', async () => {
  assert(
    property(VIEWS, (view) => {
      const { cards, lines, width, height } = layOutGraph(view)
      for (const [index, card] of cards.entries()) {
        const other = cards.slice(index + 1).find((one) => overlap(card, one))
        if (other !== undefined) throw new Error(`${card.node.id} and ${other.node.id} overlap`)
        if (card.x < -0.01 || card.x + card.width > width + 0.01 || card.y + card.height > height + 0.01) {
          throw new Error(`${card.node.id} is outside`)
        }
      }
      for (const { stops } of lines) {
        for (const { x, top } of stops.slice(1, -1)) {
          if (cards.some((card) => card.y === top && x > card.x - 5 && x < card.x + card.width + 5)) {
            throw new Error(`a line at ${x} passes through a box`)
          }
        }
      }
    }),
    { numRuns: 60 },
  )
})

function overlap(one: Card, other: Card): boolean {
  const beside = one.x + one.width <= other.x || other.x + other.width <= one.x
  return !beside && one.y < other.y + other.height && other.y < one.y + one.height
}

void t.test('in random graphs each line leads down, from who is waited for to who waits', async () => {
  assert(
    property(VIEWS, (view) => {
      const layout: GraphLayout = layOutGraph(view)
      for (const { edge, stops } of layout.lines) {
        const heights = stops.flatMap(({ top, bottom }) => [top, bottom])
        if (heights.some((at, index) => at < (heights[index - 1] ?? 0))) throw new Error('a line leads up')
        const [first, last] = [stops[0], stops.at(-1)]
        if (!isAt(layout, edge.to, first?.x) || !isAt(layout, edge.from, last?.x)) throw new Error('it leads elsewhere')
      }
    }),
    { numRuns: 60 },
  )
})

function isAt({ cards }: GraphLayout, id: string, x = Number.NaN): boolean {
  const card = cards.find(({ node }) => node.id === id)
  return card !== undefined && x >= card.x && x <= card.x + card.width
}

void t.test(
  'the picture of any graph is well-formed, and no text stands over its edge or that of its box',
  async () => {
    assert(
      property(VIEWS, (view) => {
        checkTexts(readXml(graphSvg(view)))
        for (const { node, title, width, pills } of layOutGraph(view).cards) {
          const room = Math.max(textWidth(title, 14, 'bold'), textWidth(node.note, 12))
          if (room + 20 > width) throw new Error(`"${title}" is wider than its box`)
          for (const pill of pills) if (textWidth(pill.word, 11) + 10 > pill.width) throw new Error('too wide')
        }
      }),
      { numRuns: 60 },
    )
  },
)

/** Every text is within the picture, as far as its width can be told. */
function checkTexts(svg: XmlElement): void {
  const width = Number(svg.attributes.get('width'))
  walk(svg, 0, (element, shift) => {
    if (element.name !== 'text') return
    const [content] = element.children
    const isBold = element.attributes.get('class')?.includes('bold') === true
    const size = Number(element.attributes.get('font-size'))
    const shown = typeof content === 'string' ? content : ''
    const room = textWidth(shown, size, isBold ? 'bold' : 'regular')
    const anchor = element.attributes.get('text-anchor')
    const left =
      shift + Number(element.attributes.get('x')) - (anchor === 'middle' ? room / 2 : anchor === 'end' ? room : 0)
    if (left < 0 || left + room > width) throw new Error(`"${shown}" is outside`)
  })
}

function walk(element: XmlElement, shift: number, visit: (element: XmlElement, shift: number) => void): void {
  const [, by = '0'] = /^translate\((\S+) /u.exec(element.attributes.get('transform') ?? '') ?? []
  visit(element, shift)
  for (const child of element.children) if (typeof child !== 'string') walk(child, shift + Number(by), visit)
}

function arrow(from: string, to: string): { from: string; to: string; bundle: string } {
  return { from, to, bundle: from + to }
}

void t.test('lines that need not cross do not', async (test) => {
  const boxes = ['a', 'b', 'c', 'x', 'y', 'z'].map((id) => ({ id, width: 10 }))
  const layers = layOut(boxes, [arrow('a', 'z'), arrow('b', 'y'), arrow('c', 'x')])
  const { below } = tiesOf(layers)
  test.equal(
    countCrossings(
      [
        ['a', 'b', 'c'],
        ['x', 'y', 'z'],
      ],
      below,
    ),
    3,
  )
  test.equal(countCrossings(orderSlots(layers), below), 0)
})

void t.test('a graph of thousands is laid out in no time', async (test) => {
  const ids = Array.from({ length: 3000 }, (_, index) => String(index))
  const nodes = ids.map(
    (id) => ({ id, title: `s${id}`, note: 'running', look: 'running', type: 'longrun', count: 1 }) as const,
  )
  const edges = ids.slice(1).flatMap((from, index) =>
    [index, index - 7, index - 60].flatMap((to) =>
      to < 0
        ? []
        : [
            {
              from,
              to: String(Math.max(0, to - (index % 50))),
              word: 'ready',
              kind: 'required',
              whenLost: 'ignore',
            } as const,
          ],
    ),
  )
  const began = performance.now()
  test.equal(layOutGraph({ title: 'many', summary: '', nodes, edges }).cards.length, 3000)
  test.ok(performance.now() - began < 10_000)
})

void t.test('texts that are too wide are cut, and keep their characters whole', async (test) => {
  test.equal(fit('postgres', 100, 10), 'postgres')
  test.match(fit('a-name-that-is-much-too-long', 60, 10), /^a-name.*…$/u)
  test.ok(textWidth(fit('𝒳'.repeat(40), 60, 10), 10) <= 60)
  test.equal(fit('𝒳𝒳𝒳', 24, 10), '𝒳…')
})

function words(endMs: number): readonly string[] {
  return ticksUpTo(endMs, 9).map(({ word }) => word)
}

void t.test('an axis has few round times', async (test) => {
  test.same(words(1430), ['0', '200 ms', '400 ms', '600 ms', '800 ms', '1 s', '1.2 s', '1.4 s'])
  test.same(words(40), ['0', '5 ms', '10 ms', '15 ms', '20 ms', '25 ms', '30 ms', '35 ms', '40 ms'])
  test.same(words(3), ['0', '1 ms', '2 ms', '3 ms'])
  test.same(words(400_000), ['0', '1 min', '2 min', '3 min', '4 min', '5 min', '6 min'])
  test.ok(words(30 * 86_400_000).length < 12)
  test.same(words(0), ['0'])
})
