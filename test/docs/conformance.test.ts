import t from 'tap'
import { differenceRows } from '../pid1/conformance/differences.ts'
import { readPage, sectionsOf } from './pages.ts'

void t.test('the page names each case in which inits differ, and no other', (test) => {
  const section = sectionsOf(readPage('docs/explanation/pid1.md').text).get('Beside other inits') ?? ''
  test.same(tableRows(section), differenceRows())
  test.end()
})

/** The cells of a table, without its head. */
function tableRows(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  )
}
