import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { startReaper } from '../../src/system/reaper.ts'
import { memoryOf } from '../../src/system/memory.ts'
import { createOwnUsage } from '../../src/system/own-usage.ts'
import { createUsage } from '../../src/system/usage.ts'
import { until } from '../pid1/support/until.ts'
import { runFixture } from './fixture.ts'

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

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

// As in PID 1: the package starts a process of its own, which has to be left to libuv.
startReaper()

void t.test('a question that hangs holds up nobody, and passes', async (test) => {
  const idle = await tree('echo started; sleep 100')
  test.teardown(idle.kill)
  const folder = test.testdir({ getconf: `#!/bin/sh\necho $$ >>"\${0%/*}/pids"\nexec sleep 1000\n` })
  chmodSync(join(folder, 'getconf'), 0o755)
  const path = process.env['PATH'] ?? ''
  process.env['PATH'] = `${folder}:${path}`
  const usage = createUsage()
  const beganAt = performance.now()
  test.strictSame(await Promise.all([usage([idle.pid]), usage([idle.pid])]), [new Map(), new Map()])
  test.ok(performance.now() - beganAt < 10_000, 'long before that one ends')
  test.strictSame(await usage([idle.pid]), new Map())
  process.env['PATH'] = path
  const pids = await until('its pid', () => /^(?:\d+\n)+$/.exec(readIfThere(join(folder, 'pids')))?.[0] ?? null)
  for (const pid of pids.trim().split('\n')) process.kill(Number(pid), 'SIGKILL')
  const deadline = Date.now() + 10_000
  while ((await usage([idle.pid])).size === 0 && Date.now() < deadline) await nextTurn()
  test.strictSame([...(await usage([idle.pid])).keys()], [idle.pid])
})

void t.test('takes few of the descriptors, and leaves out what would need more', async (test) => {
  test.strictSame(await runFixture(['prlimit', '--nofile=100:100'], 'samples-large-tree', []), {
    isLargeSampled: false,
    isSmallSampled: true,
    isWithinQuarter: true,
  })
})

void t.test('adds up a tree: the work and the memory of the children count', async (test) => {
  const busy = await tree(BUSY)
  test.teardown(busy.kill)
  const usage = createUsage()
  const deadline = Date.now() + 10_000
  let seen = await usage([busy.pid])
  while ((seen.get(busy.pid)?.cpu ?? 0) < 5 && Date.now() < deadline) seen = await usage([busy.pid])
  const { cpu = 0, memory = 0, processes } = seen.get(busy.pid) ?? {}
  test.equal(processes, 2)
  test.ok(cpu >= 5 && cpu <= 200, `${cpu} %`)
  // Shell and child: more than the shell alone has.
  const rssKb = Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${busy.pid}/status`, 'utf8'))?.[1])
  test.ok(memory > rssKb * 1024 && memory < 100e6, `${memory} bytes, the shell alone ${rssKb} KiB`)
})

void t.test('a process that was orphaned counts with those of its mark', async (test) => {
  const own = 'const own = Buffer.alloc(64 << 20, 1); console.log("daemon", process.pid); setInterval(() => own, 1e6)'
  const script = 'sh -c \'setsid "$0" -e "$1" & exit\' "$0" "$1"; exec sleep 1000'
  const child = spawn('sh', ['-c', script, process.execPath, own], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', PIDONE_RUN: 'outer:web' },
  })
  const daemon = Number(/\d+/.exec(String(await once(child.stdout, 'data')))?.[0])
  test.teardown(() =>
    [daemon, child.pid].forEach((pid) => pid !== undefined && pid > 0 && process.kill(pid, 'SIGKILL')),
  )
  const pid = child.pid ?? 0
  const deadline = Date.now() + 10_000
  while (!readFileSync(`/proc/${daemon}/stat`, 'utf8').includes(`) S ${process.pid} `) && Date.now() < deadline) {
    await nextTurn()
  }
  const { memory = 0 } = (await createUsage()([pid])).get(pid) ?? {}
  test.ok(memory > 64 * 2 ** 20, `${memory / 2 ** 20} MiB`)
  const stranger = await tree('echo started; sleep 100')
  test.teardown(stranger.kill)
  const { memory: other = 0 } = (await createUsage()([stranger.pid])).get(stranger.pid) ?? {}
  test.ok(other < 32 * 2 ** 20, `${other / 2 ** 20} MiB`)
})

void t.test('memory that is shared counts once, and that of its own for each process', (test) => {
  const backend = { anonymous: 5, file: 10, shared: 100 }
  test.equal(memoryOf([backend, { ...backend, shared: 80, file: 20 }, backend]), 15 + 20 + 100)
  test.equal(memoryOf([]), 0)
  test.end()
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

void t.test('the supervisor is told apart from its children', async (test) => {
  const idle = await tree('echo started; sleep 100')
  test.teardown(idle.kill)
  const ownUsage = createOwnUsage()
  const began = performance.now()
  ownUsage()
  const before = process.cpuUsage()
  const busyMs = (): number => process.cpuUsage(before).user / 1000
  while (busyMs() < 200);
  const { cpu = 0, memory = 0 } = ownUsage() ?? {}
  // Others may have had the processor meanwhile.
  const least = (200 / (performance.now() - began)) * 100
  test.ok(cpu > 0.8 * least && cpu < 400, `${cpu} %, at least ${least} %`)
  const rssKb = Number(/VmRSS:\s+(\d+)/u.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
  test.ok(Math.abs(memory / 1024 - rssKb) < 4096, `${memory} bytes, VmRSS ${rssKb} KiB`)
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
