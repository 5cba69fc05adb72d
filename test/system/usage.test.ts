import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { createUsage } from '../../src/system/usage.ts'

const BUSY = 'while :; do :; done & echo started; wait'

async function tree(script: string): Promise<{ readonly pid: number; readonly kill: () => Promise<void> }> {
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  const pid = child.pid ?? 0
  return {
    pid,
    kill: async () => {
      process.kill(-pid, 'SIGKILL')
      await once(child, 'exit')
    },
  }
}

void t.test('adds up a tree: the work and the memory of the children count', async (test) => {
  const busy = await tree(BUSY)
  test.teardown(busy.kill)
  const usage = createUsage()
  const deadline = Date.now() + 10_000
  let seen = await usage([busy.pid])
  while ((seen.get(busy.pid)?.cpu ?? 0) < 5 && Date.now() < deadline) seen = await usage([busy.pid])
  const { cpu = 0, memory = 0 } = seen.get(busy.pid) ?? {}
  test.ok(cpu >= 5 && cpu <= 200, `${cpu} %`)
  // Shell and child: more than the shell alone has.
  const rssKb = Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${busy.pid}/status`, 'utf8'))?.[1])
  test.ok(memory > rssKb * 1024 && memory < 100e6, `${memory} bytes, the shell alone ${rssKb} KiB`)
})

void t.test('an idle process uses next to nothing, and what is gone is left out', async (test) => {
  const idle = await tree('echo started; sleep 100')
  test.teardown(idle.kill)
  const gone = await tree('echo started; sleep 100')
  await gone.kill()
  const seen = await createUsage()([idle.pid, gone.pid, 4_194_305])
  test.strictSame([...seen.keys()], [idle.pid])
  test.ok((seen.get(idle.pid)?.cpu ?? 100) <= 100)
})

void t.test('nobody asked for is an empty answer, as is only what is gone', async (test) => {
  const usage = createUsage()
  test.strictSame(await usage([]), new Map())
  test.strictSame(await usage([4_194_305]), new Map())
})

void t.test('many questions at once leak no descriptor, and leave no variable', async (test) => {
  const idle = await tree('echo started; sleep 100')
  const usage = createUsage()
  await usage([idle.pid])
  const before = readdirSync('/proc/self/fd').length
  await Promise.all(Array.from({ length: 50 }, () => usage([idle.pid])))
  test.ok(readdirSync('/proc/self/fd').length <= before + 2)
  test.notOk('PIDUSAGE_SILENT' in process.env)
  await idle.kill()
})
