import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import t from 'tap'
import { inside, startImage } from '../support/image.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { until } from '../support/until.ts'

const skip = UNLESS_PID_1
t.jobs = 4

const NO_PROCESS = 'EAGAIN: there may be no more processes; raise their limit ("docker run --pids-limit", "ulimit -u")'
const NO_FILE = 'EMFILE: too many open files; raise their limit ("docker run --ulimit nofile=N")'

const APP = `
services:
  db: {script: 'echo up; exec sleep 1000', ready: {log: up}, restart: {max_delay: 300ms}}
  app:
    script: 'echo up; exec sleep 1000'
    depends_on: [db]
    ready: {log: up}
    healthcheck: {test: [CMD, sh, -c, ':'], interval: 100ms, retries: 2}
    pre_stop: [sh, -c, 'echo hook']
`

void t.test(
  'at the limit of processes nothing is restarted that runs, and all is well when there is room',
  { skip: skip || whyNoController('pids'), buffered: true },
  async (test) => {
    const group = makeGroup(test, 'pids')
    const limit = (most: string): void => writeFileSync(join(group, 'pids.max'), most)
    const container = await startImage(test, { file: APP, change: `echo $$ >${group}/cgroup.procs` })
    await container.line(/app: healthy/)

    limit('1')
    const unasked = await container.line(/warning: app: cannot ask for its health: .*$/)
    test.ok(unasked.text.endsWith(`cannot execute "sh": ${NO_PROCESS}`), unasked.text)
    // The first status of all reads files, for which libuv has threads.
    const asked = await inside(container, ['status'])
    test.match(asked.stdout, /^app +running +healthy [^]* all as wanted$/m, asked.stderr)
    await inside(container, ['signal', 'KILL', 'db'])
    const failed = await container.line(/warning: db: cannot execute /)
    test.ok(failed.text.includes(`cannot execute "/bin/sh": ${NO_PROCESS}`), failed.text)

    limit('max')
    await container.line(/db: ready/, { after: failed.index })
    await until('all to be well', async () => (await inside(container, ['health'])).status === 0)
    test.match((await inside(container, ['status', 'app', '--json'])).stdout, /"restarts": 0/)

    limit('1')
    container.signal('SIGTERM')
    const { status, text } = await container.end()
    test.equal(status, 0)
    test.match(text, /warning: app: pre_stop failed: [^]*EAGAIN[^]*app: stopped[^]*db: stopped[^]*ended with status 0/)
  },
)

void t.test('a limit of processes of its user is told as such', { skip, buffered: true }, async (test) => {
  const container = await startImage(test, {
    file: "services: {fills: {script: 'for n in 1 2 3 4 5 6 7 8; do sleep 1000 & done; wait'}}",
    chain: ['prlimit', '--nproc=16:16', 'setpriv', '--reuid=51234', '--regid=51234', '--clear-groups', '--'],
  })
  const failed = await container.line(/warning: fills: (exited with 2|cannot execute)/)
  test.ok(failed)
  container.signal('SIGTERM')
  test.equal((await container.end()).status, 0)
})

void t.test(
  'a oneshot that finds no room ends the container with 126, and says why',
  { skip: skip || whyNoController('pids'), buffered: true },
  async (test) => {
    const group = makeGroup(test, 'pids')
    const container = await startImage(test, {
      file: "services: {db: {script: 'until [ -e go ]; do :; done; echo up; exec sleep 1000', ready: {log: up}}, migrate: {type: oneshot, command: ['true'], depends_on: [db]}}",
      change: `echo $$ >${group}/cgroup.procs`,
    })
    await container.line(/db: starting/)
    writeFileSync(join(group, 'pids.max'), '1')
    writeFileSync(join(container.folder, 'go'), '')
    const { status, text } = await container.end()
    test.equal(status, 126)
    test.ok(text.includes(`migrate: failed: cannot execute "true": ${NO_PROCESS}`), text)
    test.match(text, /db: stopped, killed by SIGTERM/)
  },
)

void t.test(
  'where Node has no room for its own threads the status tells of a crash',
  { skip: skip || whyNoController('pids'), buffered: true },
  async (test) => {
    const group = makeGroup(test, 'pids')
    writeFileSync(join(group, 'pids.max'), '1')
    const container = await startImage(test, { file: APP, change: `echo $$ >${group}/cgroup.procs` })
    const { status, text } = await container.end()
    test.not(status, 0, text)
  },
)

void t.test(
  'with 64 descriptors for 20 services and 10 clients nothing is restarted, and what needs more waits for it',
  { skip, buffered: true },
  async (test) => {
    const service =
      "{script: 'echo up; exec sleep 1000', ready: {log: up}, healthcheck: {test: [CMD, sh, -c, ':'], interval: 300ms, retries: 1}}"
    const names = Array.from({ length: 20 }, (_, index) => `s${index}`)
    const container = await startImage(test, {
      file: `services:\n${names.map((name) => `  ${name}: ${service}\n`).join('')}`,
      chain: ['prlimit', '--nofile=64:64', '--'],
    })
    const unasked = await container.line(/warning: s\d+: cannot ask for its health: .*$/)
    test.ok(unasked.text.endsWith(NO_FILE), unasked.text)
    const asked = await Promise.all(names.slice(0, 10).map((name) => inside(container, ['status', name])))
    for (const [index, { stdout, stderr }] of asked.entries())
      test.match(stdout, new RegExp(`^s${index} +running`, 'm'), stderr)

    test.equal((await inside(container, ['stop', 's1*'])).status, 0)
    for (const name of names.filter((one) => !one.startsWith('s1')))
      await container.line(new RegExp(`${name}: healthy`))
    const { stdout } = await inside(container, ['status'])
    test.match(stdout, /20 services, all as wanted/)
    container.signal('SIGTERM')
    const { status, text } = await container.end()
    test.equal(status, 0)
    test.notMatch(text, / s\d: starting \(run 2\)|error/)
  },
)

void t.test(
  'of a service that the kernel kills for want of memory the status is 137, and the rest stops in order',
  { skip: skip || whyNoController('memory'), buffered: true },
  async (test) => {
    const group = makeGroup(test, 'memory')
    writeFileSync(join(group, 'memory.limit_in_bytes'), '160m')
    const container = await startImage(test, {
      file: `
services:
  db: {script: 'echo up; exec sleep 1000', ready: {log: up}}
  hog:
    command: [/opt/node/node, -e, 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1))']
    depends_on: [db]
    restart: 'no'
`,
      change: `echo $$ >${group}/cgroup.procs`,
    })
    const { status, text } = await container.end(60_000)
    test.equal(status, 137)
    test.match(
      text,
      /hog: failed: killed by the kernel, out of memory \(SIGKILL\)[^]*db: stopped, killed by SIGTERM[^]*ended with status 137/,
    )
  },
)

/** For `skip`: why no cgroup of version 1 can be made for a controller. */
function whyNoController(name: string): string | false {
  const probe = groupOf(name, 'probe')
  try {
    mkdirSync(probe)
    rmdirSync(probe)
    return false
  } catch (error) {
    return `no cgroup for "${name}" can be made here: ${String(error)}`
  }
}

function makeGroup(test: Test, controller: string): string {
  const folder = groupOf(controller, String(Math.floor(Math.random() * 1e9)))
  mkdirSync(folder)
  test.teardown(() => until('the group to be empty', () => tryToRemove(folder)))
  return folder
}

function groupOf(controller: string, name: string): string {
  return `/sys/fs/cgroup/${controller}/pidone-test-${process.pid}-${name}`
}

function tryToRemove(folder: string): boolean {
  if (readFileSync(join(folder, 'cgroup.procs'), 'utf8') !== '') return false
  rmdirSync(folder)
  return !existsSync(folder)
}
