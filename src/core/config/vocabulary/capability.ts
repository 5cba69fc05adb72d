import { ALL_CAPABILITIES, CAPABILITY_NAMES, parseCapability } from '../capability.ts'
import { distinct, list } from '../shape/collection.ts'
import type { Form } from '../shape/form.ts'
import { scalar } from '../shape/scalar.ts'
import { describeTree, hintAt, located, report, type Located, type Shape } from '../shape/shape.ts'

const NAMES: readonly string[] = [...CAPABILITY_NAMES, ALL_CAPABILITIES]

const ANY_CASE = NAMES.join('|').replaceAll(/[A-Z]/g, (letter) => `[${letter}${letter.toLowerCase()}]`)
const FORM: Form = {
  kind: 'either',
  forms: [
    { kind: 'choice', values: NAMES },
    { kind: 'text', words: 'one of them with `CAP_`', pattern: `^(?:[Cc][Aa][Pp]_)?(?:${ANY_CASE})$`, also: [] },
  ],
}

const TEXT = scalar(
  { kind: 'text', words: 'a capability such as "NET_ADMIN"', pattern: null, also: [] },
  (found, at) => {
    const name = parseCapability(found)
    if (name !== null) return name
    const hint = hintAt(at, found, /^cap_/i.test(found) ? NAMES.map((known) => `CAP_${known}`) : NAMES)
    return report(at, 'bad-value', `expected a capability such as "NET_ADMIN", found ${describeTree(at.tree)}${hint}`)
  },
)

const CAPABILITY: Shape<Located<string>> = located({ form: FORM, read: TEXT.read })

/** Capabilities without `CAP_`, each once. */
export const CAPABILITIES: Shape<readonly Located<string>[]> = distinct(list(CAPABILITY))
