import type { Tree } from './tree.ts'

/** What a tree says where there is nothing to change: without what it takes away, and without tags. */
export function settleTree({ tag: _, ...tree }: Tree): Tree {
  switch (tree.kind) {
    case 'scalar':
      return tree
    case 'list':
      return { ...tree, items: tree.items.filter(({ tag }) => tag !== 'reset').map(settleTree) }
    case 'mapping': {
      const entries = tree.entries.filter(({ value }) => value.tag !== 'reset')
      return { ...tree, entries: entries.map((entry) => ({ ...entry, value: settleTree(entry.value) })) }
    }
  }
}

/** Whether nothing stands there. */
export function isNothing(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null
}
