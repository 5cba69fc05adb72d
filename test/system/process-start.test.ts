import { spawnSync } from 'node:child_process'
import t from 'tap'
import { clock } from '../../src/system/clock.ts'
import { replaceLibc } from '../../src/system/libc/calls.ts'
import { processStart } from '../../src/system/process-start.ts'

const MODULE = JSON.stringify(new URL('../../src/system/process-start.js', import.meta.url).href)
const PROGRAM = `import(${MODULE}).then(({ processStart }) => {
  const { processAt, nodeAt } = processStart()
  console.log(JSON.stringify([nodeAt - processAt, Number(process.hrtime.bigint()) / 1e6 - nodeAt]))
})`

void t.test('what ran in this process before Node did counts, to a tick', async (test) => {
  const env = { PATH: process.env['PATH'], PROGRAM }
  const shell = 'sleep 0.3; exec node -e "$PROGRAM"'
  const began = clock.now()
  const { stdout } = spawnSync('sh', ['-c', shell], { env, encoding: 'utf8' })
  const [beforeNode = 0, inNode = 0] = JSON.parse(stdout) as readonly number[]
  const took = clock.now() - began
  test.ok(beforeNode >= 290, `${beforeNode} ms before Node`)
  test.ok(inNode > 0 && beforeNode + inNode <= took + 10, `${beforeNode} + ${inNode} of ${took} ms`)
})

void t.test('where the kernel does not tell, the start of Node stands for it', async (test) => {
  replaceLibc((libc) => ({ ...libc, calls: { ...libc.calls, clock_gettime: () => -1 } }))
  const { processAt, nodeAt } = processStart()
  test.equal(processAt, nodeAt)
  test.ok(nodeAt < clock.now() && nodeAt > clock.now() - 600_000)
  test.equal(processStart(), processStart())
})
