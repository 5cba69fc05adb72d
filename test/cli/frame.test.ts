import t from 'tap'
import { repaint } from '../../src/cli/render/frame.ts'
import { keysIn } from '../../src/cli/keys.ts'

const size = { columns: 6, rows: 3 }
const sync = (text: string): string => `\u001B[?2026h${text}\u001B[?2026l`

void t.test('a screen of which nothing is known is painted over line by line, and not cleared before', (test) => {
  test.equal(
    repaint(null, ['one', 'two'], size),
    sync('\u001B[1;1Hone\u001B[K\u001B[2;1Htwo\u001B[K\u001B[3;1H\u001B[J'),
  )
  test.end()
})

void t.test('only what has changed is written, and nothing when nothing has', (test) => {
  test.equal(repaint(['one', 'two'], ['one', '2'], size), sync('\u001B[2;1H2\u001B[K'))
  test.equal(repaint(['one', 'two'], ['one', 'two'], size), '')
  test.end()
})

void t.test('lines that are gone are erased, those that have no room are not written', (test) => {
  test.equal(repaint(['one', 'two'], ['one'], size), sync('\u001B[2;1H\u001B[J'))
  test.equal(repaint(['1', '2', '3'], ['1', '2', '3', '4'], size), '')
  test.end()
})

void t.test('behind a line that fills the width nothing is erased: that would be its last character', (test) => {
  const line = '\u001B[31mabc\u001B[0m日d'
  test.equal(repaint(['', '', ''], [line, '', ''], size), sync(`\u001B[1;1H${line}`))
  test.end()
})

void t.test('keys are characters; arrows and the like are none', (test) => {
  test.strictSame(keysIn('c\u001B[A\u001B[1;5Cm\u001BOPq\u001Bcn\u001B'), ['c', 'm', 'q', 'n'])
  test.strictSame(keysIn('\u0003é'), ['\u0003', 'é'])
  test.end()
})
