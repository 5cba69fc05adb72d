import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { inVersion1, placeOf } from '../../src/system/cgroup-place.ts'
import { AS_PID_1, runFixture, script } from './fixture.ts'

/** The root of the hierarchy of cgroup v2, as far as it can be seen from here. */
const ROOT = placeOf('0::/\n', readFileSync('/proc/self/mountinfo', 'utf8'))?.folder ?? null
const UNLESS_CGROUP = whyNoCgroup()
const NO_LIMITS = { memoryBytes: null, cpus: null, pids: null }
const PATH = '/usr/local/bin:/usr/bin:/bin'

let count = 0

interface Outcome {
  readonly exit?: unknown
  readonly failure?: string
  readonly stdout: string
  readonly stderr: string
  readonly pid: number
}

void t.test('a service runs in a cgroup of its own, with all its variables', { skip: UNLESS_CGROUP }, async (test) => {
  const folder = makeCgroup(test)
  const argv = ['/bin/sh', '-c', 'grep ^0:: /proc/self/cgroup; tr "\\0" "\\n" < /proc/$$/environ | grep [.]', '--', 'x']
  const outcome = await run(folder, { argv, cgroup: NO_LIMITS, environment: { 'a.b': 'c d' } })
  const name = new RegExp(`^0::.*/pidone-${outcome.pid}-1-${outcome.pid}-1\na\\.b=c d\n`)
  test.match(outcome.stdout, name, outcome.stderr)
  test.same(childrenOf(folder), [], 'it is gone with the run')
})

void t.test(
  'what is left in the cgroup is killed with it, whatever it did to hide',
  { skip: UNLESS_CGROUP },
  async (test) => {
    const folder = makeCgroup(test)
    const nested = 'c=$1$(grep ^0:: /proc/self/cgroup | cut -d: -f3)/deep; mkdir "$c"; echo 0 > "$c/cgroup.procs"'
    const daemon =
      'env -i setsid -f "$0" > "$2/said" 2>&1 < /dev/null; until grep -qs daemon "$2/said"; do :; done; cat "$2/said"'
    const argv = [
      '/bin/sh',
      '-c',
      `${nested}; ${daemon}`,
      script('double-forks-and-ignores-sigterm'),
      ROOT,
      test.testdir(),
    ]
    const { stdout, stderr } = await run(folder, { argv, cgroup: NO_LIMITS })
    const pids = stdout.match(/\d+/g) ?? []
    test.equal(pids.length, 2, stderr)
    test.same(
      pids.filter((pid) => existsSync(`/proc/${pid}/exe`)),
      [],
    )
    test.same(childrenOf(folder), [])
  },
)

void t.test(
  'what an earlier supervisor has left is removed, and nothing else',
  { skip: UNLESS_CGROUP },
  async (test) => {
    const folder = makeCgroup(test)
    for (const name of ['pidone-4194304-1-web', `pidone-${process.pid}-1-web`, 'other']) mkdirSync(`${folder}/${name}`)
    const { exit } = await run(folder, { argv: ['true'], cgroup: NO_LIMITS })
    test.same(exit, { kind: 'code', code: 0 })
    test.same(childrenOf(folder).toSorted(), ['other', `pidone-${process.pid}-1-web`])
    for (const name of childrenOf(folder)) rmdirSync(`${folder}/${name}`)
  },
)

void t.test('what is left by somebody outside of our PID namespace stays', { skip: UNLESS_CGROUP }, async (test) => {
  const folder = makeCgroup(test)
  const foreign = `${folder}/pidone-1-1-web`
  mkdirSync(foreign)
  const child = spawn('sleep', ['1000'])
  const ended = once(child, 'exit')
  writeFileSync(`${foreign}/cgroup.procs`, String(child.pid))
  const service = args({ argv: ['true'], cgroup: NO_LIMITS })
  const { exit } = (await runFixture([...enter(folder), ...AS_PID_1], 'runs-service', service)) as Outcome
  test.same(exit, { kind: 'code', code: 0 })
  test.equal(readFileSync(`${foreign}/cgroup.procs`, 'utf8'), `${child.pid}\n`)
  child.kill('SIGKILL')
  await ended
})

void t.test('a controller that is not there is named', { skip: UNLESS_CGROUP }, async (test) => {
  const folder = makeCgroup(test)
  const absent = ['memory', 'pids'].find((name) => !controllersOf(folder).includes(name))
  if (absent === undefined) return
  const limits = { ...NO_LIMITS, [absent === 'memory' ? 'memoryBytes' : 'pids']: 100 }
  const { failure } = await run(folder, { argv: ['true'], cgroup: limits })
  const isOld = inVersion1(readFileSync('/proc/self/cgroup', 'utf8'), [absent]).length > 0
  const lacking = `the cgroup "${folder}" has no controller "${absent}"`
  const why = isOld ? 'this host has cgroup v1 for such limits' : lacking
  const way = '"max_memory" works anywhere, and so do limits of the whole container'
  test.equal(failure, `cannot limit its processes together: ${why}; ${way}`)
})

void t.test("others' processes are not moved", { skip: UNLESS_CGROUP }, async (test) => {
  const folder = makeCgroup(test)
  const chain = [...enter(folder), '/bin/sh', '-c', '"$@"; exit $?', 'sh']
  const { failure } = (await runFixture(chain, 'runs-service', args({ argv: ['true'], cgroup: NO_LIMITS }))) as Outcome
  test.match(failure, /^cannot limit .*: the cgroup ".*" has processes in it that are not of this supervisor; /)
})

const UNLESS_LIMITS = UNLESS_CGROUP || whyNoLimits()

void t.test('limits hold, and a kill for want of memory is told', { skip: UNLESS_LIMITS }, async (test) => {
  const folder = makeCgroup(test)
  const few = { ...NO_LIMITS, pids: 5 }
  const forks = ['/bin/sh', '-c', 'i=0; while [ $i -lt 9 ]; do sleep 9 & i=$((i+1)); done; echo all']
  const bounded = await run(folder, { argv: forks, cgroup: few })
  test.notMatch(bounded.stdout, /all/)
  test.match(bounded.stderr, /fork/i)
  const greedy = ['/bin/sh', '-c', 'exec head -c 200000000 /dev/zero | tail']
  const { stderr } = await run(folder, { argv: greedy, cgroup: { ...NO_LIMITS, memoryBytes: 16 * 2 ** 20 } })
  test.match(stderr, /supervisor: over "mem_limit": the kernel has killed 1 of its processes\n$/)
})

void t.test(
  'a cgroup that an earlier supervisor has divided serves the next one',
  { skip: UNLESS_LIMITS },
  async (test) => {
    const folder = makeCgroup(test)
    for (const limits of [{ pids: 50 }, { pids: 50 }, { cpus: 1 }, { memoryBytes: 2 ** 28 }]) {
      const outcome = await run(folder, { argv: ['true'], cgroup: { ...NO_LIMITS, ...limits } })
      test.same(outcome.exit, { kind: 'code', code: 0 }, outcome.failure ?? outcome.stderr)
    }
  },
)

/** Runs the fixture in a cgroup. */
async function run(folder: string, keys: Record<string, unknown>): Promise<Outcome> {
  return (await runFixture(enter(folder), 'runs-service', args(keys))) as Outcome
}

function args(keys: Record<string, unknown>): readonly string[] {
  return [JSON.stringify({ PATH }), JSON.stringify(keys)]
}

function enter(folder: string): readonly string[] {
  return ['/bin/sh', '-c', 'echo 0 > "$0/cgroup.procs" && exec "$@"', folder]
}

/** A cgroup until the end of the test. */
function makeCgroup(test: Test): string {
  count += 1
  const folder = `${ROOT}/pidone.test.${process.pid}.${count}`
  mkdirSync(folder)
  test.teardown(() => {
    for (const name of childrenOf(folder)) rmdirSync(`${folder}/${name}`)
    rmdirSync(folder)
  })
  return folder
}

function childrenOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
}

function controllersOf(folder: string): readonly string[] {
  return readFileSync(`${folder}/cgroup.controllers`, 'utf8').trim().split(' ')
}

function whyNoCgroup(): string | false {
  if (ROOT === null) return 'no cgroup v2 here'
  const folder = `${ROOT}/pidone.test.${process.pid}`
  try {
    mkdirSync(folder)
    rmdirSync(folder)
    return false
  } catch (error) {
    return `cannot make a cgroup here: ${String(error)}`
  }
}

function whyNoLimits(): string | false {
  const enabled = readFileSync(`${ROOT}/cgroup.subtree_control`, 'utf8')
  return !/memory.*pids/.test(enabled) && 'the controllers "memory" and "pids" are not those of cgroup v2 here'
}
