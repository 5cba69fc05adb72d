import t from 'tap'
import { CAUSES } from '../../src/core/protocol.ts'
import { readPage } from './pages.ts'

void t.test('every cause of a state has its row', async (test) => {
  const { text } = readPage('docs/explanation/reasons.md')
  const rows = text.split('\n').filter((line) => /^\| .* \| `[a-z-]+` +\|/.test(line))
  const told = new Set(rows.map((line) => /`([a-z-]+)` +\|/.exec(line.split('|')[2] + '|')?.[1] ?? ''))
  told.delete('cause')
  test.same([...told].toSorted(), [...CAUSES].toSorted())
})
