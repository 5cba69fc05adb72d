import { isAlias, isMap, isScalar, isSeq, type Alias, type Pair, type ParsedNode, type Scalar } from 'yaml'
import type { Problem, ProblemCode } from '../core/config/problem.ts'
import type { Place, Tree } from '../core/config/tree.ts'
import type { PlaceOf } from './text-places.ts'
import { mergeRows, type Row } from './yaml-merge.ts'
import { tagOf } from './yaml-tags.ts'

/** Keys and values with every alias written out, at most: those who read the tree see each of them. */
const MAX_NODES = 100_000

/**
 * Turns the parser's nodes into a tree: aliases and merge keys resolved, every key a string and there once.
 *
 * Aliases share their anchor's tree and so its places: that is where a mistake in it is mended.
 *
 * @param role A file that is put over no other has nothing to reset: what it would take away is left out.
 * @returns No tree when it would be too large.
 */
export function buildTree(
  root: ParsedNode,
  placeOf: PlaceOf,
  role: Role,
): { tree: Tree | null; problems: readonly Problem[] } {
  const build: Build = { placeOf, role, problems: [], anchors: new Map(), nodes: 0 }
  const tree = buildNode(build, root, '')
  if (build.nodes <= MAX_NODES) return { tree, problems: build.problems }
  return { tree: null, problems: build.problems.filter((problem) => problem.code === 'yaml-too-large') }
}

/** Whether a file stands by itself, or is put over another. */
export type Role = 'base' | 'override'

interface Build {
  readonly placeOf: PlaceOf
  readonly role: Role
  readonly problems: Problem[]
  /** By name, what was anchored last; `open` while it is still being built. */
  readonly anchors: Map<string, 'open' | Anchored>
  /** How many nodes the tree has so far, aliases written out. */
  nodes: number
}

interface Anchored {
  readonly tree: Tree
  readonly nodes: number
}

type Pairs = readonly Pair<ParsedNode | null, ParsedNode | null>[]

function buildNode(build: Build, node: ParsedNode, path: string): Tree {
  if (isAlias(node)) return resolveAlias(build, node, path)
  const place = placeOfNode(build, node)
  const before = build.nodes
  count(build, 1, place)
  if (node.anchor === undefined) return buildTagged(build, node, path)
  build.anchors.set(node.anchor, 'open')
  const tree = buildTagged(build, node, path)
  build.anchors.set(node.anchor, { tree, nodes: build.nodes - before })
  return tree
}

type Content = Exclude<ParsedNode, Alias.Parsed>

function buildTagged(build: Build, node: Content, path: string): Tree {
  const tree = buildContent(build, node, path)
  const tag = tagOf(node)
  return tag === null ? tree : { ...tree, tag }
}

function buildContent(build: Build, node: Content, path: string): Tree {
  const place = placeOfNode(build, node)
  if (isScalar(node)) return scalar(node, place)
  if (isMap(node)) {
    const { entries, refused } = mergeRows(buildRows(build, node.items, path))
    for (const value of refused) {
      const message = `"<<" merges a mapping, or a list of them, but this is a ${value.kind}`
      tell(build, { code: 'wrong-type', place: value.place, path: join(path, '<<'), message })
    }
    return { kind: 'mapping', place, entries: entries.filter(({ value }) => stays(build, value)) }
  }
  const nodes = isSeq(node) ? (node.items as readonly ParsedNode[]) : []
  const items = nodes.map((item, index) => buildNode(build, item, `${path}[${index}]`))
  return { kind: 'list', place, items: items.filter((item) => stays(build, item)) }
}

function stays({ role }: Build, { tag }: Tree): boolean {
  return role === 'override' || tag !== 'reset'
}

function scalar(node: Scalar.Parsed, place: Place): Tree {
  const value = node.value
  if (typeof value === 'string') return { kind: 'scalar', place, value, text: value }
  const known = typeof value === 'number' || typeof value === 'boolean' ? value : null
  return { kind: 'scalar', place, value: known, text: node.source }
}

function buildRows(build: Build, pairs: Pairs, path: string): readonly Row[] {
  const rows: Row[] = []
  const seen = new Map<string, Place>()
  for (const pair of pairs) {
    const key = pair.key === null ? null : readKey(build, pair.key, path)
    if (key === null) continue
    // Only a plain << merges; a quoted one is a key like any other.
    const kind = key.name === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN' ? 'merge' : 'own'
    const first = seen.get(`${kind} ${key.name}`)
    const value = buildValue(build, pair, { ...key, path: join(path, key.name) })
    if (first === undefined) rows.push({ kind, entry: { key: key.name, place: key.place, value } })
    else tellDuplicate(build, key, first, path)
    seen.set(`${kind} ${key.name}`, first ?? key.place)
  }
  return rows
}

function buildValue(build: Build, pair: Pairs[number], key: Key & { readonly path: string }): Tree {
  if (pair.value !== null) return buildNode(build, pair.value, key.path)
  count(build, 1, key.place)
  return nothing(key.place)
}

interface Key {
  readonly name: string
  readonly place: Place
}

/** Keys are text whatever they look like: `8080`, `true`, `null` as they are written. */
function readKey(build: Build, node: ParsedNode, path: string): Key | null {
  const place = placeOfNode(build, node)
  if (isScalar(node) && node.source === '' && node.type === 'PLAIN') {
    tell(build, { code: 'yaml-syntax', place, path, message: 'a key is missing before the ":"' })
    return null
  }
  const tree = buildNode(build, node, path)
  if (tree.tag !== undefined) {
    const message = `the tag "!${tree.tag}" stands before a key; write it after the ":"`
    tell(build, { code: 'yaml-syntax', place, path, message })
  }
  if (tree.kind === 'scalar') return { name: tree.text, place }
  tell(build, { code: 'wrong-type', place, path, message: `a key is a text, but this is a ${tree.kind}` })
  return null
}

function resolveAlias(build: Build, node: Alias.Parsed, path: string): Tree {
  const place = placeOfNode(build, node)
  const anchored = build.anchors.get(node.source)
  if (anchored !== undefined && anchored !== 'open') {
    count(build, anchored.nodes, place)
    // Past the limit nothing is repeated any more: merging alone could take minutes.
    return build.nodes > MAX_NODES ? nothing(place) : anchored.tree
  }
  const why = anchored === 'open' ? 'it stands inside of what it repeats' : `no anchor "&${node.source}" before it`
  tell(build, { code: 'yaml-syntax', place, path, message: `cannot resolve "*${node.source}": ${why}` })
  return nothing(place)
}

function nothing(place: Place): Tree {
  return { kind: 'scalar', place, value: null, text: '' }
}

/** Tells once, where the limit is passed; what is built after that is thrown away in the end. */
function count(build: Build, nodes: number, place: Place): void {
  const before = build.nodes
  build.nodes += nodes
  if (before > MAX_NODES || build.nodes <= MAX_NODES) return
  const message = `too large with its aliases written out: at most ${MAX_NODES} keys and values are read`
  tell(build, { code: 'yaml-too-large', place, path: '', message })
}

function tellDuplicate(build: Build, key: Key, first: Place, path: string): void {
  const name = key.name
  const way = name === '<<' ? 'merge several with "<<: [*a, *b]"' : 'remove one of them'
  const message = `the key "${name}" is already there at line ${first.line}, column ${first.column}; ${way}`
  tell(build, { code: 'duplicate-key', place: key.place, path: join(path, name), message })
}

function tell(build: Build, problem: Omit<Problem, 'severity'> & { readonly code: ProblemCode }): void {
  build.problems.push({ ...problem, severity: 'error' })
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** A block mapping stands where its first key stands, a block list where its first dash does. */
function placeOfNode(build: Build, node: ParsedNode): Place {
  const [start, end] = node.range
  if (isMap(node) && node.flow !== true) {
    const first = (node.items as Pairs)[0]?.key
    return build.placeOf(start, first?.range[1] ?? start)
  }
  return build.placeOf(start, isSeq(node) && node.flow !== true ? start + 1 : end)
}
