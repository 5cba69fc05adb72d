import type { Instance } from './model.ts'

/** Where something stands in a file: line and column count from 1, `length` is in characters of that one line. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly length: number
}

/** A YAML document with positions and without YAML: anchors, aliases and merge keys are already resolved. */
export type Tree = Scalar | List | Mapping

/** What a file that overrides another says of a value: take it away, or put it in the place of all that was there. */
export type Tag = 'reset' | 'override'

/** A leaf; `value` has YAML 1.2's core-schema type, `text` is what it reads as a string. */
export interface Scalar {
  readonly kind: 'scalar'
  readonly place: Place
  readonly tag?: Tag
  readonly value: string | number | boolean | null
  readonly text: string
  /** There when something was put in the place of its variables: those of them that the environment gave; not all of many. */
  readonly filledFrom?: readonly string[]
}

/** A sequence. */
export interface List {
  readonly kind: 'list'
  readonly place: Place
  readonly tag?: Tag
  readonly items: readonly Tree[]
}

/** A mapping: its keys are strings, each at most once, in the order of the file. */
export interface Mapping {
  readonly kind: 'mapping'
  readonly place: Place
  readonly tag?: Tag
  readonly entries: readonly Entry[]
}

/** One key of a mapping and what stands under it. */
export interface Entry {
  readonly key: string
  readonly place: Place
  readonly value: Tree
  /** On a service's entry: which instance of the one in the file it is; absent where there is no `scale`. */
  readonly instance?: Instance
}

/** The key as it stands in the file. */
export function keyInFile(entry: Entry): string {
  return entry.instance?.service ?? entry.key
}
