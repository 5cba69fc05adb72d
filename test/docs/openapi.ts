import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { readPage } from './pages.ts'

/** A JSON schema, as far as it is looked at here. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly minItems?: number
  readonly format?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
}

/** A field of a request. */
export interface Field {
  readonly name: string
  readonly schema: Schema
  readonly isRequired: boolean
}

/** One method of one path; what several have in common stands in each. */
export interface Operation {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly tags: readonly string[]
  readonly fields: readonly Field[]
  /** By status, or `default`: the media type, and the schema of a reply or of one of its lines. */
  readonly replies: ReadonlyMap<string, { readonly type: string; readonly schema: Schema }>
}

const DOCUMENT = parse(readPage('docs/reference/openapi.yaml').text) as Document

/** All that is described. */
export const OPERATIONS: readonly Operation[] = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, raw]) => ({
    method: method === 'get' ? 'GET' : 'POST',
    path,
    tags: raw.tags,
    fields: fieldsOf(raw),
    replies: new Map(Object.entries(raw.responses).map(([status, reply]) => [status, contentOf(resolve(reply))])),
  })),
)

/** The schemas that have a name. */
export const SCHEMAS: Readonly<Record<string, Schema>> = DOCUMENT.components.schemas

/** What a reference stands for; anything else as it is. */
export function resolve<T extends object>(part: T): T {
  if (!('$ref' in part) || typeof part.$ref !== 'string') return part
  let found: unknown = DOCUMENT
  for (const key of part.$ref.slice('#/'.length).split('/')) found = (found as Record<string, unknown>)[key]
  if (found === undefined) throw new Error(`there is no ${part.$ref}`)
  return found as T
}

/** The events by which the members of a union are told apart, sorted. */
export function kindsOf(name: string): readonly string[] {
  const members = SCHEMAS[name]?.oneOf ?? []
  return members.map((member) => String(resolve(member).properties?.['event']?.const)).toSorted()
}

/** Holds values against schemas in which nothing may stand but what is described; tells what is wrong with one. */
export function createValidator(): (schema: Schema, value: unknown) => readonly string[] {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, discriminator: true })
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u)
  ajv.addVocabulary(['components'])
  ajv.addSchema({ $id: 'openapi', components: closed(DOCUMENT.components) })
  return (schema, value) => {
    const text = JSON.stringify(closed(schema)).replaceAll('"#/', '"openapi#/')
    const isValid = ajv.validate(JSON.parse(text) as object, value)
    if (isValid) return []
    return (ajv.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface Content {
  readonly content: Readonly<Record<string, { readonly schema: Schema }>>
}

interface RawOperation {
  readonly tags: readonly string[]
  readonly parameters?: readonly { readonly name: string; readonly required?: boolean; readonly schema: Schema }[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content>>
}

function fieldsOf({ parameters = [], requestBody }: RawOperation): readonly Field[] {
  const inQuery = parameters
    .map(resolve)
    .map(({ name, schema, required = false }) => ({ name, schema, isRequired: required }))
  if (requestBody === undefined) return inQuery
  const { properties = {}, required = [] } = contentOf(resolve(requestBody)).schema
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    schema: resolve(schema),
    isRequired: required.includes(name),
  }))
}

function contentOf({ content }: Content): { readonly type: string; readonly schema: Schema } {
  const [entry] = Object.entries(content)
  if (entry === undefined) throw new Error('there is no content')
  return { type: entry[0], schema: entry[1].schema }
}

/** The same without room for what is not described. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed)
  if (typeof part !== 'object' || part === null) return part
  const copy = Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, closed(inner)]))
  const isObject = 'type' in part && part.type === 'object' && 'properties' in part
  return isObject ? { additionalProperties: false, ...copy } : copy
}
