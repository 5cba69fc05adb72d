import { readFileSync } from 'node:fs'
import t from 'tap'
import { exampleFile } from '../../../scripts/example-file.ts'
import { generatedFiles } from '../../../scripts/generated-files.ts'
import { sections } from '../../../scripts/reference.ts'
import { readConfig } from '../../../src/core/config/read-config.ts'
import { FILE } from '../../../src/core/config/vocabulary/file.ts'
import { treeOf } from './tree-of.ts'
import { worldOf } from './world-of.ts'

// dist/test/core/config/reference.test.js
const ROOT = new URL('../../../../', import.meta.url)

for (const [path, text] of generatedFiles()) {
  void t.test(`${path} is as the vocabulary makes it; "node dist/scripts/generate.js" writes it`, async (test) => {
    test.equal(readFileSync(new URL(path, ROOT), 'utf8'), text)
  })
}

const WORLD = worldOf({
  environment: new Map([['JWT_SECRET_KEY', 'x'.repeat(16)]]),
  readText: () => ({ kind: 'text', text: 'A=1\n' }),
  findGroup: () => 1,
})

for (const section of sections(FILE.form)) {
  for (const { key, example, description } of section.keys) {
    void t.test(`the example of ${section.name} ${key} shows it and is read without a problem`, async (test) => {
      test.match(example, new RegExp(`(?:^|[{ ])${key}:`, 'm'))
      test.match(description, /^[A-Z`].*[^.]\.$/)
      const yaml = exampleFile(section.name, example).replaceAll('${EMBEDDED_DB:-true}', 'true')
      test.same(readConfig(treeOf(yaml), WORLD).problems, [])
    })
  }
}
