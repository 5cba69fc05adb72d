import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { enterCgroup } from '../../src/system/cgroup-entry.ts'
import { makeLeaf } from '../../src/system/cgroup-leaf.ts'
import { makeRoom } from '../../src/system/cgroup-room.ts'
import { findTool } from '../../src/system/tool.ts'
import { tempFolder } from './checks/ask.ts'

const NO_LIMITS = { memoryBytes: null, cpus: null, pids: null }

/** What stands in the files of a folder that stands for a cgroup. */
function contents(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

for (const [limits, files] of [
  [NO_LIMITS, {}],
  [
    { memoryBytes: 67_108_864, cpus: 0.5, pids: 100 },
    { 'memory.max': '67108864', 'cpu.max': '50000 100000', 'pids.max': '100' },
  ],
  [{ ...NO_LIMITS, cpus: 2.25 }, { 'cpu.max': '225000 100000' }],
  [{ ...NO_LIMITS, cpus: 0.001 }, { 'cpu.max': '1000 100000' }],
  [{ ...NO_LIMITS, memoryBytes: 2 ** 52 }, { 'memory.max': '4503599627370496' }],
] as const) {
  void t.test(`limits of ${JSON.stringify(limits)}`, (test) => {
    const folder = join(tempFolder(test), 'leaf')
    makeLeaf(folder, limits)
    test.same(contents(folder), files)
    test.end()
  })
}

void t.test('a cgroup that cannot be made says so', (test) => {
  const folder = join(tempFolder(test), 'none', 'leaf')
  test.throws(() => makeLeaf(folder, NO_LIMITS), { message: `cannot make the cgroup "${folder}": ENOENT` })
  test.end()
})

void t.test('what the kernel has killed for want of memory is known after the end, too', (test) => {
  const folder = join(tempFolder(test), 'leaf')
  const leaf = makeLeaf(folder, NO_LIMITS)
  test.same(leaf.oomKills(), { count: 0, isOverLimit: false })
  const events = join(folder, 'memory.events')
  writeFileSync(events, 'low 0\nhigh 0\nmax 20\noom 3\noom_kill 2\noom_group_kill 0\n')
  test.same(leaf.oomKills(), { count: 2, isOverLimit: true })
  rmSync(events)
  test.equal(leaf.remove(), true)
  test.equal(existsSync(folder), false)
  test.same(leaf.oomKills(), { count: 2, isOverLimit: true })
  test.equal(leaf.remove(), true, 'what is gone is gone')
  leaf.kill()
  test.end()
})

void t.test('what the kernel does not tell of a cgroup, as of a threaded one, is no fault', (test) => {
  const folder = join(tempFolder(test), 'leaf')
  const leaf = makeLeaf(folder, NO_LIMITS)
  // EISDIR stands for EOPNOTSUPP.
  for (const name of ['cgroup.kill', 'cgroup.procs']) mkdirSync(join(folder, name))
  leaf.kill()
  test.end()
})

void t.test('room is made only for what is not there yet', (test) => {
  const folder = tempFolder(test)
  const control = join(folder, 'cgroup.subtree_control')
  writeFileSync(control, 'memory\n')
  makeRoom(folder, ['memory'])
  test.equal(readFileSync(control, 'utf8'), 'memory\n')
  makeRoom(folder, ['memory', 'pids', 'cpu'])
  test.equal(readFileSync(control, 'utf8'), '+pids +cpu')
  mkdirSync(join(folder, 'closed'))
  test.throws(
    () => makeRoom(join(folder, 'none'), ['memory']),
    /^cannot divide the cgroup ".*none": open ".*": ENOENT$/,
  )
  test.end()
})

void t.test('the entry keeps words and variables as they are', (test) => {
  const script = 'echo 0 > "$0/cgroup.procs" && unset PWD OLDPWD SHLVL && exec "$@"'
  const enter = [findTool('sh', 'test').path, '-c', script, '/c g']
  test.same(enterCgroup('/c g', ['web', '--', '-c'], { PATH: '/bin', _x: '1' }), [...enter, 'web', '--', '-c'])
  test.same(enterCgroup('/c g', ['-web'], {}), [...enter, '/usr/bin/env', '--', '-web'])
  test.same(
    enterCgroup('/c g', ['web'], { 'discovery.type': 'single', '1': '', A: '' }).slice(4),
    '/usr/bin/env|--|1=|discovery.type=single|web'.split('|'),
  )
  test.same(
    enterCgroup('/c g', ['./a=b'], { 'a-b': ' c ' }).slice(4),
    '/usr/bin/env|--|a-b= c |/usr/bin/nice|-n|0|--|./a=b'.split('|'),
  )
  test.end()
})

void t.test('behind the entry the environment is as it was given', (test) => {
  const folder = test.testdir({ 'cgroup.procs': '' })
  const own = { PWD: '/nonexistent', OLDPWD: 'x', SHLVL: '41', IFS: 'x', OPTIND: '3', PPID: '1', _: 'x', 'a.b': 'c' }
  for (const environment of [{ PATH: '/usr/bin:/bin' }, { PATH: '/usr/bin:/bin', ...own }]) {
    const given = Object.entries(environment).map((pair) => pair.join('='))
    const words = enterCgroup(folder, ['cat', '/proc/self/environ'], environment)
    const found = execFileSync('/usr/bin/env', ['-i', ...given, ...words], { encoding: 'utf8' })
    test.same(found.split('\0').slice(0, -1).toSorted(), given.toSorted())
  }
  test.end()
})
