import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import type { Place, Scalar, Tag, Tree } from '../../../src/core/config/tree.ts'

/** The tree of a YAML text, as far as tests need it. */
export function treeOf(yaml: string, file = 'services.yaml'): Tree {
  const lines = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: lines, merge: false })
  if (document.errors[0] !== undefined) throw document.errors[0]
  return read(document.contents, { document, lines, file })
}

interface Source {
  readonly document: Document.Parsed
  readonly lines: LineCounter
  readonly file: string
}

function read(node: unknown, source: Source): Tree {
  if (isAlias(node)) return read(node.resolve(source.document), source)
  const tag = TAGS.get((node as Node | null)?.tag ?? '')
  return { ...readContent(node, source), ...(tag && { tag }) }
}

const TAGS: ReadonlyMap<string, Tag> = new Map([
  ['!reset', 'reset'],
  ['!override', 'override'],
])

function readContent(node: unknown, source: Source): Tree {
  const place = placeOf(node, source)
  if (isSeq(node)) return { kind: 'list', place, items: node.items.map((item) => read(item, source)) }
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => ({
      key: isScalar(key) ? String(key.source ?? key.value) : '',
      place: placeOf(key, source),
      value: read(value, source),
    }))
    return { kind: 'mapping', place, entries }
  }
  const value = (isScalar(node) ? node.value : null) as Scalar['value']
  const text = isScalar(node) && typeof value !== 'string' ? (node.source ?? '') : String(value)
  return { kind: 'scalar', place, value, text }
}

function placeOf(node: unknown, { lines, file }: Source): Place {
  const [start = 0, end = start] = (node as Node | null)?.range ?? []
  const { line, col } = lines.linePos(start)
  return { file, line, column: col, length: Math.max(1, end - start) }
}
