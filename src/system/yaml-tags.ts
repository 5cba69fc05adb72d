import { visit, type Document, type Node, type Scalar, type YAMLError } from 'yaml'
import type { Tag } from '../core/config/tree.ts'

/** The tags of Compose's merge rules, by what YAML calls them. */
const TAGS: ReadonlyMap<string | undefined, Tag> = new Map([
  ['!reset', 'reset'],
  ['!override', 'override'],
])

/** The tag that stands at a node; null for none that means something here. */
export function tagOf(node: Node): Tag | null {
  return TAGS.get(node.tag) ?? null
}

/** Whether a tag that the parser does not know is one of ours. */
export function isKnownTag({ message }: Pick<YAMLError, 'message'>): boolean {
  return TAGS.has(/^Unresolved tag: (.+)$/u.exec(message)?.[1])
}

/** Gives values behind our tags the type that they have without: to the parser all of them are strings. */
export function retypeTagged(document: Document.Parsed): void {
  visit(document, {
    Scalar: (_, scalar) => {
      if (tagOf(scalar) !== null && scalar.type === 'PLAIN') scalar.value = plainValue(scalar, document)
    },
  })
}

function plainValue({ source = '' }: Scalar, { schema, options }: Document.Parsed): unknown {
  for (const tag of schema.tags) {
    if (tag.collection === undefined && tag.default === true && tag.test?.test(source) === true)
      return tag.resolve(source, () => {}, options)
  }
  return source
}
