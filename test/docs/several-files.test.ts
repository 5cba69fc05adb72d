import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { plain } from '../../src/cli/render/colour.ts'
import { renderProblems } from '../../src/cli/render/problems.ts'
import type { LoadedConfig } from '../../src/daemon/load-config.ts'
import { loadSeveral } from '../../src/daemon/load-several.ts'
import { readOverrideFile } from '../../src/system/config-file.ts'
import { loadText, worldWith } from './load.ts'
import { fencesOf, readPage } from './pages.ts'

const FENCES = fencesOf(readPage('docs/how-to/several-files.md').text)
const [base = '', override = '', both = ''] = FENCES.filter(({ language }) => language === 'yaml').map(
  ({ text }) => text,
)

function load(test: Test, files: readonly (readonly [string, string])[]): LoadedConfig {
  const folder = test.testdir()
  for (const [name, text] of files) writeFileSync(join(folder, name), text)
  return loadSeveral({ paths: files.map(([name]) => join(folder, name)), read: readOverrideFile }, worldWith([]))
}

void t.test('what comes of the example is what the page says', async (test) => {
  const loaded = load(test, [
    ['services.yaml', base],
    ['services.override.yaml', override],
  ])
  test.strictSame([loaded.problems, loaded.config], [[], loadText(both, worldWith([])).config])
})

void t.test('a mistake in the second file is told as shown', async (test) => {
  const picture = FENCES.find(({ language }) => language === 'console')
  const { problems, sources } = load(test, [
    ['services.yaml', base],
    ['local.yaml', 'services:\n  app:\n    comand: [node, --watch, server.js]\n'],
  ])
  const shown = renderProblems(problems, sources, plain).replaceAll(/^.*\/(?=local\.yaml)/gmu, '')
  test.equal(`$ supervisor check -f services.yaml -f local.yaml\n${shown}`, picture?.text)
})
