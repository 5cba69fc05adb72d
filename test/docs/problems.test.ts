import t from 'tap'
import { plain } from '../../src/cli/render/colour.ts'
import { renderProblems } from '../../src/cli/render/problems.ts'
import type { ProblemCode } from '../../src/core/config/problem.ts'
import type { World } from '../../src/core/config/world.ts'
import { readConfigFile } from '../../src/system/config-file.ts'
import { ALL_POWERS } from '../core/config/world-of.ts'
import { loadText, worldWith } from './load.ts'
import { fencesOf, readPage, sectionsOf } from './pages.ts'

/** Every code, which the compiler sees to, with what its example needs of the machine; null: it has no file. */
const EXAMPLES: Readonly<Record<ProblemCode, Partial<World> | null>> = {
  'yaml-syntax': {},
  'yaml-too-large': {},
  'file-unreadable': null,
  'duplicate-key': {},
  'unknown-key': {},
  'missing-key': {},
  'wrong-type': {},
  'bad-value': {},
  'conflicting-keys': {},
  'bad-interpolation': {},
  'unset-variable': {},
  'missing-environment': {},
  'bad-env-file': {},
  'unknown-service': {},
  'unknown-profile': { profiles: new Set(['debgu']) },
  'missing-profile': {},
  'unknown-user': {},
  'dependency-cycle': {},
  'same-port': {},
  'missing-tool': { hasTool: () => false },
  'missing-privilege': { powers: () => ({ ...ALL_POWERS, capabilities: new Set() }) },
  'no-cgroup': { cgroupRefusal: () => ({ why: '"/sys/fs/cgroup" is read-only', cause: 'closed' }) },
  'bad-file-variable': {},
  'short-secret': {},
}

const PAGE = readPage('docs/reference/problems.md').text
const SECTIONS = sectionsOf(PAGE)

void t.test('the page has an entry for each code, and no other', async (test) => {
  test.same([...SECTIONS.keys()].toSorted(), Object.keys(EXAMPLES).toSorted())
})

void t.test('what the environment has filled in is told as shown', async (test) => {
  const [, example, picture] = fencesOf(PAGE)
  const environment = new Map([['SERVICE_USER', 'shop']])
  const { problems, sources } = loadText(example?.text ?? '', worldWith(['root'], { environment }))
  const [shown = ''] = renderProblems(problems, sources, plain).split('\n\n')
  test.equal(shown.replace(/^.*\/(?=services\.yaml)/, ''), picture?.text.trimEnd())
})

for (const [code, change] of Object.entries(EXAMPLES)) {
  if (change === null) continue
  void t.test(`the example of ${code} has this problem alone, and is told as shown`, async (test) => {
    const [example, picture] = fencesOf(SECTIONS.get(code) ?? '')
    const { problems, sources } = loadText(example?.text ?? '', worldWith(['nobody', 'root'], change))
    test.same(
      problems.map((problem) => problem.code),
      [code],
    )
    const [shown = ''] = renderProblems(problems, sources, plain).split('\n\n')
    test.equal(`${shown.trimEnd().replace(/^.*\/(?=services\.yaml)/, '')}\n`, picture?.text)
  })
}

void t.test('a file that is not there is told as shown', async (test) => {
  const { problems, source } = readConfigFile('nowhere.yaml')
  test.same(
    problems.map((problem) => problem.code),
    ['file-unreadable'],
  )
  const [shown = ''] = renderProblems(problems, new Map([['nowhere.yaml', source]]), plain).split('\n\n')
  const [picture] = fencesOf(SECTIONS.get('file-unreadable') ?? '')
  test.equal(`$ supervisor check -f nowhere.yaml\n${shown.trimEnd()}\n`, picture?.text)
})
