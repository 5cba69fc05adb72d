import { appendItems, assignmentName, fileName, fingerprint, toAssignments, toEdges, toList } from './merge-lists.ts'
import { isNothing, settleTree } from './settle-tree.ts'
import type { Entry, Mapping, Tree } from './tree.ts'
import { DEFAULT, MERGE_RULES, type MappingRule, type MergeRule } from './vocabulary/merge-rules.ts'

/**
 * Puts files over each other, the later over the earlier, by the rules of Compose; before variables are filled in.
 *
 * A value that is replaced stands where the later file has it, one that is merged where the earlier one has it.
 *
 * @param trees At least one, with their tags; in what comes of them there are none.
 */
export function mergeFiles(trees: readonly Tree[]): Tree {
  const [first, ...others] = trees
  if (first === undefined) throw new Error('internal error: no file to merge')
  return others.reduce((earlier, later) => mergeTree(earlier, later, MERGE_RULES), settleTree(first))
}

/** As in Compose an empty value says nothing: there is `!reset` to take something away. */
function mergeTree(earlier: Tree, later: Tree, rule: MergeRule): Tree {
  if (later.tag === 'override') return settleTree(later)
  // Only the whole of a file comes here with it.
  if (later.tag === 'reset') return { kind: 'mapping', place: later.place, entries: [] }
  if (isNothing(later)) return earlier
  if (isNothing(earlier)) return settleTree(later)
  switch (rule.kind) {
    case 'replace':
      return settleTree(later)
    case 'mapping':
      return mergeMappings(earlier, later, rule)
    case 'assignments':
      return mergeAssignments(earlier, later)
    case 'edges':
      return mergeEdges(earlier, later)
    case 'files':
      return appendItems(toList(earlier), toList(later), fileName)
    case 'commands':
      return isOneCommand(earlier) || isOneCommand(later)
        ? mergeMappings(earlier, later, rule.one)
        : mergeByDefault(earlier, later)
    case 'default':
      return mergeByDefault(earlier, later)
  }
}

function mergeByDefault(earlier: Tree, later: Tree): Tree {
  if (earlier.kind === 'list' && later.kind === 'list') return appendItems(earlier, later, fingerprint)
  return mergeMappings(earlier, later, ANY)
}

const ANY: MappingRule = { kind: 'mapping', keys: new Map(), others: DEFAULT, replaces: new Map() }

function mergeMappings(earlier: Tree, later: Tree, rule: MappingRule): Tree {
  if (earlier.kind !== 'mapping' || later.kind !== 'mapping') return settleTree(later)
  return mergeEntries(withoutReplaced(earlier, later, rule), later, (before, { key, value }) =>
    mergeTree(before, value, rule.keys.get(key) ?? rule.others),
  )
}

/** Of keys that exclude each other, those of the earlier mapping give way. */
function withoutReplaced(earlier: Mapping, later: Mapping, { replaces }: MappingRule): Mapping {
  const said = later.entries.filter(({ value }) => value.tag !== 'reset' && !isNothing(value))
  const gone = new Set(said.flatMap(({ key }) => replaces.get(key) ?? []))
  return gone.size === 0 ? earlier : { ...earlier, entries: earlier.entries.filter(({ key }) => !gone.has(key)) }
}

function mergeEntries(earlier: Mapping, later: Mapping, meet: (before: Tree, entry: Entry) => Tree): Mapping {
  const entries = new Map(earlier.entries.map((entry) => [entry.key, entry]))
  for (const entry of later.entries) {
    const before = entries.get(entry.key)
    if (entry.value.tag === 'reset') entries.delete(entry.key)
    else if (before === undefined) entries.set(entry.key, { ...entry, value: settleTree(entry.value) })
    else entries.set(entry.key, mergeEntry(before, entry, meet(before.value, entry)))
  }
  return { ...earlier, entries: [...entries.values()] }
}

/** The key stands where its value does. */
function mergeEntry(before: Entry, entry: Entry, value: Tree): Entry {
  const { place } = value.place === before.value.place ? before : entry
  return { ...entry, place, value }
}

/** Variables by name: here an empty value says something, that the container's own is passed through. */
function mergeAssignments(earlier: Tree, later: Tree): Tree {
  if (earlier.kind === 'mapping' && later.kind === 'mapping')
    return mergeEntries(earlier, later, (_, { value }) => settleTree(value))
  const before = toAssignments(earlier)
  const after = toAssignments(later)
  return before === null || after === null ? settleTree(later) : appendItems(before, after, assignmentName)
}

function mergeEdges(earlier: Tree, later: Tree): Tree {
  if (earlier.kind === 'list' && later.kind === 'list') return appendItems(earlier, later, fingerprint)
  const before = toEdges(earlier)
  const after = toEdges(later)
  return before === null || after === null ? settleTree(later) : mergeEntries(before, after, mergeEdge)
}

/** A name alone asks for the condition that it has by itself (compose-go, convertIntoMapping). */
function mergeEdge(before: Tree, { value }: Entry): Tree {
  if (!isNothing(value) || before.kind !== 'mapping') return mergeTree(before, value, DEFAULT)
  const entries = before.entries.filter(({ key }) => key !== 'condition' && key !== 'required')
  return { ...before, entries }
}

/** Its words, the line that is split into them, or a mapping with one of both. */
function isOneCommand(tree: Tree): boolean {
  return tree.kind !== 'list' || tree.items.some(({ kind }) => kind === 'scalar')
}
