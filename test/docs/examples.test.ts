import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { loadOverImage, loadText, worldWith } from './load.ts'
import { fencesOf, readPages, type Fence } from './pages.ts'

/**
 * How a YAML block says what it is: `yaml` alone is a whole file, `yaml service` the keys of one service, `yaml wrong` a
 * file with a problem (problems.test.ts), `yaml override` and `yaml both` go together (several-files.test.ts), `yaml image`
 * goes over the file of the all-in-one image, `yaml other` is read by another program. The generated page has tests of
 * its own, with the vocabulary.
 */
const KINDS: ReadonlySet<string> = new Set(['', 'service', 'wrong', 'override', 'both', 'image', 'other'])
const GENERATED = 'docs/reference/services-yaml.md'
const WORLD = worldWith(['root', 'nobody', 'postgres', 'redis', 'valkey', 'daemon', 'app'], {
  findGroup: (name) => (name === 'adm' ? 4 : null),
})

function fileOf({ words, text }: Fence): string {
  return words[0] === 'service' ? `services:\n  app:\n${text.replaceAll(/^(?!$)/gm, '    ')}` : text
}

/** What is wrong with it; a file that is meant to be wrong is looked at elsewhere. */
function problemsOf(fence: Fence): readonly unknown[] {
  switch (fence.words.join(' ')) {
    case 'wrong':
      return []
    case 'other':
      return parseAllDocuments(fence.text).flatMap(({ errors }) => errors)
    case 'image':
      return loadOverImage(fence.text, WORLD).problems
    default:
      return loadText(fileOf(fence), WORLD).problems
  }
}

for (const { path, text } of readPages()) {
  if (path === GENERATED) continue
  for (const fence of fencesOf(text).filter(({ language }) => language === 'yaml')) {
    void t.test(`the YAML at ${path}:${fence.line} is read without a problem`, async (test) => {
      const kind = fence.words.join(' ')
      test.ok(KINDS.has(kind), `"${kind}" is one of the kinds`)
      test.same(problemsOf(fence), [])
    })
  }
  for (const fence of fencesOf(text).filter(({ language }) => language === 'json')) {
    void t.test(`the JSON at ${path}:${fence.line} is JSON`, async (test) => {
      test.doesNotThrow(() => JSON.parse(fence.text))
    })
  }
}
