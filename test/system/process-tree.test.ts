import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { readTrees } from '../../src/system/process-tree.ts'

async function start(test: Test, script: string, detached: boolean): Promise<number> {
  const child = spawn('sh', ['-c', script], { detached, stdio: ['ignore', 'pipe', 'inherit'] })
  const pid = child.pid ?? 0
  test.teardown(() => process.kill(detached ? -pid : pid, 'SIGKILL'))
  await once(child.stdout, 'data')
  return pid
}

void t.test('who has lost its parents is still below the leader of its session', async (test) => {
  const pid = await start(test, '(sleep 100 & echo "$!"; :); exec sleep 200', true)
  const tree = (await readTrees([pid])).get(pid) ?? []
  const commands = tree.map((member) => readFileSync(`/proc/${member}/cmdline`, 'latin1').split('\0')[1])
  test.strictSame(new Set(commands), new Set(['100', '200']))
})

void t.test('in a session of our own only its children are', async (test) => {
  const pid = await start(test, 'echo started; exec sleep 200', false)
  test.strictSame(await readTrees([pid, 2 ** 30]), new Map([[pid, [pid]]]))
})
