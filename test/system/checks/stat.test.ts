import { statSync, type Stats } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { test } from 'tap'
import { createStat, type Stat } from '../../../src/system/checks/stat.ts'

const STATS = statSync('/')

/** A file system that answers when the test says so. */
function hanging(): {
  readonly asked: string[]
  readonly answer: (path: string) => Promise<void>
  readonly stat: Stat
} {
  const asked: string[] = []
  const answers = new Map<string, (stats: Stats) => void>()
  const stat = createStat((path) => {
    asked.push(path)
    return new Promise((resolve) => answers.set(path, resolve))
  })
  const answer = async (path: string): Promise<void> => {
    answers.get(path)?.(STATS)
    await nextTurn()
  }
  return { asked, stat, answer }
}

void test('a file is not asked for again while the last question hangs, whoever has given it up', async (t) => {
  const { asked, stat, answer } = hanging()
  const told: string[] = []
  for (let attempt = 0; attempt < 5; attempt++) stat('/hung', () => told.push('given up'))()
  stat('/hung', () => told.push('first'))
  stat('/hung', () => told.push('second'))
  t.strictSame(asked, ['/hung'])
  await answer('/hung')
  t.strictSame(told, ['first', 'second'])
  stat('/hung', () => told.push('third'))
  t.strictSame(asked, ['/hung', '/hung'])
})

void test('two questions at most are under way, the others follow', async (t) => {
  const { asked, stat, answer } = hanging()
  const told: string[] = []
  const [, , giveUp] = ['/a', '/b', '/c', '/d', '/e'].map((path) => stat(path, () => told.push(path)))
  t.strictSame(asked, ['/a', '/b'])
  giveUp?.()
  await answer('/b')
  t.strictSame([asked, told], [['/a', '/b', '/d'], ['/b']])
  await answer('/a')
  await answer('/d')
  await answer('/e')
  t.strictSame(
    [asked, told],
    [
      ['/a', '/b', '/d', '/e'],
      ['/b', '/a', '/d', '/e'],
    ],
  )
})
