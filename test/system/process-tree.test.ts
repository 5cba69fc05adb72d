import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { readTrees } from '../../src/system/process-tree.ts'

/** Starts a script; gives its pid and the one that it tells. */
async function start(test: Test, script: string, detached: boolean): Promise<readonly number[]> {
  const child = spawn('sh', ['-c', script], { detached, stdio: ['ignore', 'pipe', 'inherit'] })
  const pid = child.pid ?? 0
  test.teardown(() => process.kill(detached ? -pid : pid, 'SIGKILL'))
  const [told] = (await once(child.stdout, 'data')) as readonly unknown[]
  return [pid, Number(told)]
}

void t.test('who has lost its parents is still below the leader of its session', async (test) => {
  const pids = await start(test, '(sleep 100 & echo "$!"; :); exec sleep 200', true)
  const tree = (await readTrees(pids.slice(0, 1))).get(pids[0] ?? 0)
  test.strictSame(new Set(tree), new Set(pids))
})

void t.test('in a session of our own only its children are', async (test) => {
  const [pid = 0] = await start(test, 'echo started; exec sleep 200', false)
  test.strictSame(await readTrees([pid, 2 ** 30]), new Map([[pid, [pid]]]))
})
