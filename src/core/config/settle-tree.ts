import type { Entry, Tree } from './tree.ts'

/** What a tree says where there is nothing to change: without what it takes away, and without tags. */
export function settleTree(tree: Tree): Tree {
  const { place } = tree
  switch (tree.kind) {
    case 'scalar': {
      const { tag: _tag, ...scalar } = tree
      return scalar
    }
    case 'list':
      return { kind: 'list', place, items: tree.items.filter(({ tag }) => tag !== 'reset').map(settleTree) }
    case 'mapping': {
      const entries = tree.entries.filter(({ value }) => value.tag !== 'reset')
      return { kind: 'mapping', place, entries: entries.map(settleEntry) }
    }
  }
}

function settleEntry({ key, place, value }: Entry): Entry {
  return { key, place, value: settleTree(value) }
}

/** Whether nothing stands there. */
export function isNothing(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null
}
