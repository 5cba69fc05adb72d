/** What a value may look like, as data: the messages, the JSON Schema and the reference page are made from it. */
export type Form =
  | TextForm
  | NumberForm
  | { readonly kind: 'boolean'; readonly spellings: readonly string[] }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'list'; readonly item: Form; readonly atLeast: number }
  | MapForm
  | ObjectForm
  | { readonly kind: 'either'; readonly forms: readonly Form[] }

/** A scalar that is read as text. */
export interface TextForm {
  readonly kind: 'text'
  /** With its article: `a duration such as "10s"`. */
  readonly words: string
  /** What it has to match; null: any text. */
  readonly pattern: string | null
  /** Which of YAML's types may stand for it beside a string. */
  readonly also: readonly ('integer' | 'number' | 'boolean')[]
}

/** A number, or text that is one. */
export interface NumberForm {
  readonly kind: 'number'
  readonly words: string
  readonly whole: 'whole' | 'fraction'
  readonly minimum: number
  readonly maximum: number | null
}

/** A mapping with keys of the user's own. */
interface MapForm {
  readonly kind: 'map'
  readonly key: { readonly words: string; readonly pattern: string } | null
  readonly value: Form
  readonly atLeast: number
}

/** A mapping with known keys. */
export interface ObjectForm {
  readonly kind: 'object'
  /** Where it stands, as in `services.NAME.ready`. */
  readonly name: string
  readonly keys: readonly KeyForm[]
  readonly rules: readonly Rule[]
  /** Whether `x-*` keys, which mean nothing to us, are allowed. */
  readonly extensions: 'x-*' | 'none'
}

/** A known key. */
export interface KeyForm extends KeyText {
  readonly key: string
  readonly form: Form
  readonly default: Plain | undefined
}

/** What the reference says of a key. */
export interface KeyText {
  /** One sentence, or a few, in Markdown. */
  readonly description: string
  /** YAML, as it stands in the section of this key. */
  readonly example: string
  /** The default in words, where it isn't always the same value. */
  readonly defaultNote?: string
}

/** How the keys of one mapping go together. */
export type Rule =
  /** With `unless`, none is needed where that key is. */
  | { readonly kind: 'exactly-one'; readonly keys: readonly string[]; readonly unless?: string }
  | { readonly kind: 'only-with'; readonly keys: readonly string[]; readonly with: readonly string[] }
  | { readonly kind: 'excludes'; readonly key: string; readonly keys: readonly string[] }
  | { readonly kind: 'only-when'; readonly keys: readonly string[]; readonly key: string; readonly value: string }

/** A value as YAML's flow style would write it. */
export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain }

/** A form in a few words, as after "expected". */
export function inWords(form: Form): string {
  return orList([...new Set(alternatives(form))])
}

function alternatives(form: Form): readonly string[] {
  switch (form.kind) {
    case 'text':
    case 'number':
      return [form.words]
    case 'boolean':
      return ['true', 'false']
    case 'choice':
      return form.values.map((value) => `"${value}"`)
    case 'nothing':
      return ['nothing']
    case 'list':
      return ['a list']
    case 'map':
    case 'object':
      return ['a mapping']
    case 'either':
      return form.forms.flatMap(alternatives)
  }
}

/** `a, b or c` */
export function orList(words: readonly string[]): string {
  const [last = '', ...others] = words.toReversed()
  return others.length === 0 ? last : `${others.toReversed().join(', ')} or ${last}`
}
