import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { loadText, worldWith } from './load.ts'
import { fencesOf, readPages, type Fence } from './pages.ts'

/**
 * How a YAML block says what it is: `yaml` alone is a whole file, `yaml service` the keys of one service, `yaml wrong` a
 * file with a problem (problems.test.ts), `yaml override` and `yaml both` go together (several-files.test.ts), `yaml other`
 * is a file of some other program. The generated page has tests of its own, with the vocabulary.
 */
const KINDS: ReadonlySet<string> = new Set(['', 'service', 'wrong', 'override', 'both', 'other'])
const GENERATED = 'docs/reference/services-yaml.md'
const WORLD = worldWith(['root', 'nobody', 'postgres', 'redis', 'daemon', 'app'], {
  findGroup: (name) => (name === 'adm' ? 4 : null),
})

function fileOf({ words, text }: Fence): string {
  return words[0] === 'service' ? `services:\n  app:\n${text.replaceAll(/^(?!$)/gm, '    ')}` : text
}

/** What any reader of YAML would say of it. */
function errorsOf({ text }: Fence): readonly Error[] {
  return parseAllDocuments(text).flatMap(({ errors }) => errors)
}

for (const { path, text } of readPages()) {
  if (path === GENERATED) continue
  for (const fence of fencesOf(text).filter(({ language }) => language === 'yaml')) {
    void t.test(`the YAML at ${path}:${fence.line} is read without a problem`, async (test) => {
      const kind = fence.words.join(' ')
      test.ok(KINDS.has(kind), `"${kind}" is one of the kinds`)
      if (kind === 'wrong') return
      if (kind === 'other') test.same(errorsOf(fence), [])
      else test.same(loadText(fileOf(fence), WORLD).problems, [])
    })
  }
  for (const fence of fencesOf(text).filter(({ language }) => language === 'json')) {
    void t.test(`the JSON at ${path}:${fence.line} is JSON`, async (test) => {
      test.doesNotThrow(() => JSON.parse(fence.text))
    })
  }
}
