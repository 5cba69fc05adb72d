import { FILE } from '../src/core/config/vocabulary/file.ts'
import { jsonSchema } from './json-schema.ts'
import { referencePage, sections } from './reference.ts'

/** What is made from the vocabulary and stands in the tree: texts by path, from the root of the project. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const [file] = sections(FILE.form)
  if (file === undefined) throw new Error('internal error: the file has no keys')
  return new Map([
    ['schema.json', `${JSON.stringify(jsonSchema(FILE.form), null, 2)}\n`],
    ['docs/reference/services-yaml.md', referencePage(file)],
  ])
}
