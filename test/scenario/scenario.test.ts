import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { tell } from './tell.ts'

const FOLDER = path.join(import.meta.dirname, '../../../test/scenario')

for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.txt'))) {
  const file = path.join(FOLDER, name)
  const text = readFileSync(file, 'utf8')
  void t.test(text.split('\n', 1)[0] ?? name, (test) => {
    const told = tell(text)
    if (process.env['UPDATE_SCENARIOS'] === '1') writeFileSync(file, told)
    else test.equal(told, text, `${name}; UPDATE_SCENARIOS=1 rewrites it: read the diff`)
    test.end()
  })
}
