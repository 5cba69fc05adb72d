import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { createOomWatch, type WatchOom } from '../../src/system/oom-kills.ts'

/** A watch on a counter that the test sets. */
function watched(): Kernel {
  const kernel: Kernel = {
    count: 3,
    looks: 0,
    watch: createOomWatch(() => {
      kernel.looks += 1
      return kernel.count
    }),
  }
  return kernel
}

interface Kernel {
  readonly watch: WatchOom
  count: number | null
  looks: number
}

void t.test('a process that is killed while the kernel counts one more was killed for want of memory', async (test) => {
  const kernel = watched()
  const isOutOfMemory = kernel.watch()
  await turn()
  kernel.count = 4
  test.equal(isOutOfMemory(), true)
})

void t.test('one that is killed before the turn ends in which it began is known, too', (test) => {
  const kernel = watched()
  const isOutOfMemory = kernel.watch()
  kernel.count = 4
  test.equal(isOutOfMemory(), true)
  test.end()
})

void t.test('one that is killed while it counts none was not', async (test) => {
  const kernel = watched()
  const isOutOfMemory = kernel.watch()
  await turn()
  test.equal(isOutOfMemory(), false)
})

void t.test('of two, each claims one, and a third that somebody kills later claims none', async (test) => {
  const kernel = watched()
  const [first, second, third] = [kernel.watch(), kernel.watch(), kernel.watch()]
  await turn()
  kernel.count = 5
  test.strictSame([first(), second(), third()], [true, true, false])
  const later = kernel.watch()
  await turn()
  test.equal(later(), false)
  kernel.count = 6
  const last = kernel.watch()
  await turn()
  test.equal(last(), false, 'what was counted before it began hit somebody else')
})

void t.test('all that begin in one turn share one look, and where nobody counts nothing is known', async (test) => {
  const kernel = watched()
  kernel.count = null
  const isOutOfMemory = Array.from({ length: 10 }, () => kernel.watch())[9]
  await turn()
  test.equal(kernel.looks, 1)
  kernel.count = 1
  test.equal(isOutOfMemory?.(), false)
})

void t.test('this machine has a counter, and it does not change by itself', async (test) => {
  const isOutOfMemory = createOomWatch()()
  await turn()
  test.equal(isOutOfMemory(), false)
})
