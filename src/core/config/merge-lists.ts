import { isNothing, settleTree } from './settle-tree.ts'
import type { Entry, List, Mapping, Tree } from './tree.ts'

/**
 * Appends what is not there yet; what is there already is replaced in its place, or taken away.
 *
 * @param nameOf What is the same in both lists. Two of one name in one list both stay: that is for others to judge.
 */
export function appendItems(earlier: List, later: List, nameOf: (item: Tree) => string): List {
  const changes = new Map(later.items.map((item) => [nameOf(item), item]))
  const there = new Set(earlier.items.map(nameOf))
  const changed = earlier.items.map((item) => changes.get(nameOf(item)) ?? item)
  const added = later.items.filter((item) => !there.has(nameOf(item)))
  const items = [...changed, ...added].filter(({ tag }) => tag !== 'reset').map(settleTree)
  return { kind: 'list', place: earlier.place, items }
}

/** Everything that an item says, in one text. */
export function fingerprint(item: Tree): string {
  return JSON.stringify(outline(item))
}

function outline(tree: Tree): unknown {
  switch (tree.kind) {
    case 'scalar':
      return tree.text
    case 'list':
      return tree.items.map(outline)
    case 'mapping':
      return { entries: tree.entries.map(({ key, value }) => [key, outline(value)]) }
  }
}

/** The name in `NAME=value`. */
export function assignmentName(item: Tree): string {
  return item.kind === 'scalar' ? item.text.replace(/=[^]*$/u, '') : fingerprint(item)
}

/** The path of an environment file, alone or with more about it. */
export function fileName(item: Tree): string {
  const path = item.kind === 'mapping' ? item.entries.find(({ key }) => key === 'path')?.value : item
  return fingerprint(path ?? item)
}

/** One value is a list of one. */
export function toList(tree: Tree): List {
  return tree.kind === 'list' ? tree : { kind: 'list', place: tree.place, items: [tree] }
}

/**
 * Variables of a mapping as a list of `NAME=value`; null for what is neither.
 *
 * Not the other way round: in a list the names may hold variables, in a mapping they are taken as they are.
 */
export function toAssignments(tree: Tree): List | null {
  switch (tree.kind) {
    case 'scalar':
      return null
    case 'list':
      return tree
    case 'mapping':
      return { kind: 'list', place: tree.place, items: tree.entries.map(toAssignment) }
  }
}

function toAssignment({ key, place, value }: Entry): Tree {
  const name = key.replaceAll('$', '$$$$')
  if (value.tag === 'reset') return { kind: 'scalar', place, tag: value.tag, value: name, text: name }
  if (isNothing(value)) return { kind: 'scalar', place, value: name, text: name }
  // What is no text is none as an item either.
  if (value.kind !== 'scalar') return value
  const text = `${name}=${value.text}`
  // Shorter than the text, so that nobody takes one for the other and counts columns in it.
  const length = Math.min(value.place.length, text.length - 1)
  return { ...value, place: { ...value.place, length }, value: text, text }
}

/** Names of services as a mapping to nothing; null for what are no names. */
export function toEdges(tree: Tree): Mapping | null {
  if (tree.kind === 'mapping') return tree
  if (tree.kind === 'scalar') return null
  const entries: Entry[] = []
  for (const item of tree.items) {
    if (item.kind !== 'scalar') return null
    entries.push({ key: item.text, place: item.place, value: { ...item, value: null, text: '' } })
  }
  return { kind: 'mapping', place: tree.place, entries }
}
