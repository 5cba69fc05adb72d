import type { Form, KeyForm, NumberForm, ObjectForm, Rule, TextForm } from '../src/core/config/shape/form.ts'

/** A JSON Schema of draft-07, the version that editors' YAML servers know best. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** `${VAR}` and `$$` stand for any scalar before they are resolved. */
const INTERPOLATED: JsonSchema = { $ref: '#/definitions/interpolated' }

/** The JSON Schema of a file, made from its vocabulary. */
export function jsonSchema(form: Form): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'services.yaml of pidone',
    ...schemaOf(form),
    definitions: { interpolated: { description: 'a value from the environment', type: 'string', pattern: '\\$' } },
  }
}

function schemaOf(form: Form): JsonSchema {
  const [first = {}, ...others] = alternatives(form)
  return others.length === 0 ? first : { anyOf: [first, ...others] }
}

function alternatives(form: Form): readonly JsonSchema[] {
  switch (form.kind) {
    case 'text':
      return textSchemas(form)
    case 'number':
      return numberSchemas(form)
    case 'boolean':
      return [
        { type: 'boolean' },
        { type: 'string', pattern: `^(?:${form.spellings.map(anyCase).join('|')})$` },
        { enum: [0, 1] },
        INTERPOLATED,
      ]
    case 'choice':
      return [{ enum: form.values }, INTERPOLATED]
    case 'nothing':
      return [{ type: 'null' }]
    case 'list':
      return [{ type: 'array', items: schemaOf(form.item), ...(form.atLeast > 0 && { minItems: form.atLeast }) }]
    case 'map':
      return [
        {
          type: 'object',
          additionalProperties: schemaOf(form.value),
          ...(form.key !== null && { propertyNames: { pattern: form.key.pattern } }),
          ...(form.atLeast > 0 && { minProperties: form.atLeast }),
        },
      ]
    case 'object':
      return [objectSchema(form)]
    case 'either':
      return uniqueSchemas(form.forms.flatMap(alternatives))
  }
}

function uniqueSchemas(schemas: readonly JsonSchema[]): readonly JsonSchema[] {
  const others = schemas.filter((schema) => schema !== INTERPOLATED)
  return others.length === schemas.length ? others : [...others, INTERPOLATED]
}

function textSchemas({ pattern, also }: TextForm): readonly JsonSchema[] {
  const type = also.length === 0 ? 'string' : ['string', ...also]
  return pattern === null ? [{ type }] : [{ type, pattern }, INTERPOLATED]
}

function numberSchemas({ whole, minimum, maximum }: NumberForm): readonly JsonSchema[] {
  const range = { minimum, ...(maximum !== null && { maximum }) }
  const isWhole = whole === 'whole'
  return [
    { type: isWhole ? 'integer' : 'number', ...range },
    { type: 'string', pattern: isWhole ? '^-?[0-9]+$' : '^-?(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)$' },
    INTERPOLATED,
  ]
}

function anyCase(word: string): string {
  return word.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`)
}

function objectSchema(form: ObjectForm): JsonSchema {
  const properties = form.keys.map((key) => [key.key, { ...describe(key), ...schemaOf(key.form) }])
  const dependencies = allOf(form.rules.flatMap((rule) => dependenciesOf(rule, form)))
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(form.extensions === 'x-*' && { patternProperties: { '^x-': {} } }),
    additionalProperties: false,
    ...Object.assign({}, ...form.rules.map(presence)),
    ...(dependencies.length > 0 && { dependencies: Object.fromEntries(dependencies) }),
  }
}

function describe(key: KeyForm): JsonSchema {
  return { description: key.description, ...(key.default !== undefined && { default: key.default }) }
}

function presence(rule: Rule): JsonSchema {
  if (rule.kind !== 'exactly-one') return {}
  if (rule.keys.length === 1) return { required: rule.keys }
  const each = rule.keys.map((key) => ({ required: [key] }))
  return { oneOf: rule.unless === undefined ? each : [...each, { required: [rule.unless], not: { anyOf: each } }] }
}

/** One schema for each key, of all that are asked of it. */
function allOf(asked: readonly (readonly [string, JsonSchema])[]): readonly (readonly [string, JsonSchema])[] {
  const keys = [...new Set(asked.map(([key]) => key))]
  return keys.map((key) => {
    const [first = {}, ...others] = asked.filter(([other]) => other === key).map(([, schema]) => schema)
    return [key, others.length === 0 ? first : { allOf: [first, ...others] }]
  })
}

/** What a key, once it is there, asks of the others: draft-07's `dependencies`. */
function dependenciesOf(rule: Rule, form: ObjectForm): readonly (readonly [string, JsonSchema])[] {
  switch (rule.kind) {
    case 'exactly-one':
      return []
    case 'only-with': {
      const anyOf = rule.with.map((key) => ({ required: [key] }))
      return rule.keys.map((key) => [key, { anyOf }])
    }
    case 'excludes':
      return [[rule.key, { not: { anyOf: rule.keys.map((key) => ({ required: [key] })) } }]]
    case 'only-when': {
      const isDefault = form.keys.find(({ key }) => key === rule.key)?.default === rule.value
      const properties = { [rule.key]: { anyOf: [{ const: rule.value }, INTERPOLATED] } }
      return rule.keys.map((key) => [key, { properties, ...(!isDefault && { required: [rule.key] }) }])
    }
  }
}
