import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t, { type Test } from 'tap'
import type { Exit } from '../../src/core/service/exit.ts'
import { waitForChild } from '../../src/system/children.ts'
import { replaceLibc, type Libc } from '../../src/system/libc/calls.ts'
import { readLimit, setLimit } from '../../src/system/libc/limits.ts'
import { spawnProcess, type Program } from '../../src/system/libc/spawn.ts'
import { textOf } from '../../src/system/raw-text.ts'
import { startReaper } from '../../src/system/reaper.ts'
import { RESOURCES } from '../../src/system/rlimits.ts'
import { readInherited } from './descriptors.ts'
import { within } from './recorder.ts'

const { ENOENT, EINVAL, E2BIG, EMFILE } = constants.errno
const folder = mkdtempSync(join(tmpdir(), 'pidone-'))
t.teardown(() => rmSync(folder, { recursive: true }))
startReaper()

/** Any bytes that can stand in an argument, and in the name of a variable. */
const word = fc
  .uint8Array({ maxLength: 20 })
  .map((bytes) => textOf(bytes.filter((byte) => byte !== 0 && byte !== 0x3d)))

void t.test('arguments and variables are the bytes that were given', async (test) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(word, { minLength: 1, maxLength: 5 }),
      fc.dictionary(word, word, { maxKeys: 5 }),
      async (words, environment) => {
        const print = { file: '/bin/sh', args: ['sh', '-c', 'printf "%s\\0" "$@"', 'sh', ...words] }
        assert.equal(textOf((await run(test, print)).output), words.map((text) => `${text}\0`).join(''))
        const show = { file: '/bin/cat', args: ['cat', '/proc/self/environ'], environment }
        const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}\0`)
        assert.equal(textOf((await run(test, show)).output), variables.join(''))
      },
    ),
    { numRuns: 30 },
  )
})

for (const [name, refuseFolder] of [
  ['', false],
  [', also where libc cannot change it in the child', true],
] as const) {
  void t.test(`the folder is the one that was asked for, and ours stays ours${name}`, async (test) => {
    if (refuseFolder) replaceCalls(test, () => ({ posix_spawn_file_actions_addchdir_np: null }))
    const own = process.cwd()
    const there = await run(test, { file: './sh', args: ['sh', '-c', 'pwd'], workingDir: '/bin' })
    test.match(String(there.output), /^\/(usr\/)?bin\n$/)
    const none = spawnProcess({ ...TRUE, workingDir: '/nonexistent' })
    test.equal(none, -ENOENT)
    test.equal(String((await run(test, { file: '/bin/pwd', args: ['pwd', '-P'] })).output), `${own}\n`)
  })
}

void t.test('where libc cannot change the folder, there may be no descriptor to come back by', (test) => {
  replaceCalls(test, () => ({ posix_spawn_file_actions_addchdir_np: null }))
  const own = process.cwd()
  const limit = readLimit(RESOURCES.nofile)
  assert.ok(limit)
  test.teardown(() => setLimit(0, RESOURCES.nofile, limit))
  const free = openSync('/dev/null', 'r')
  closeSync(free)
  setLimit(0, RESOURCES.nofile, { ...limit, soft: BigInt(free) })
  test.equal(spawnProcess({ ...TRUE, workingDir: '/' }), -EMFILE)
  test.equal(process.cwd(), own)
  test.end()
})

void t.test('a descriptor gets its number, whatever else has that number here', async (test) => {
  const names = ['a', 'b', 'c', 'd', 'e'].map((name) => join(folder, name))
  const files = names.map((name) => openSync(name, 'w'))
  test.teardown(() => files.forEach((fd) => closeSync(fd)))
  const [a = -1, b = -1, c = -1, d = -1, e = -1] = files
  const [nameA = '', nameB = '', nameC = '', nameD = '', nameE = ''] = names
  const cases: readonly (readonly [name: string, map: readonly (readonly [number, number])[], open: object])[] = [
    ['swapped', [[a, b], [b, a]], { [a]: nameB, [b]: nameA }],
    ['in a ring', [[a, b], [b, c], [c, a]], { [a]: nameB, [b]: nameC, [c]: nameA }],
    ['in a chain', [[a, b], [b, c], [c, d]], { [a]: nameB, [b]: nameC, [c]: nameD }],
    ['its own', [[e, e]], { [e]: nameE }],
    ['twice the same', [[a, e], [e, e], [b, e]], { [a]: nameE, [b]: nameE, [e]: nameE }],
    ['far off', [[900, a], [a, b]], { 900: nameA, [a]: nameB }],
    ['near', [[3, a], [4, b], [a, c]], { 3: nameA, 4: nameB, [a]: nameC }],
  ] // prettier-ignore
  const inherited = readInherited()
  for (const [name, map, expected] of cases) {
    // Among what the shell finds is the descriptor of its look, which is gone then.
    const script = 'cd /proc/$$/fd && for fd in *; do [ ! -L $fd ] || { printf "%s " $fd; readlink $fd; }; done'
    const { output } = await run(test, { file: '/bin/sh', args: ['sh', '-c', script] }, map)
    const lines = String(output).trim().split('\n')
    const open = Object.fromEntries(lines.map((line) => line.split(' ')).filter(([fd]) => !inherited.has(fd ?? '')))
    test.strictSame(open, { 0: '/dev/null', 1: join(folder, 'output'), 2: '/dev/null', ...expected }, name)
  }
})

for (const [name, add, isLate] of [
  ['before it begins', (): number => 0, false],
  ['at once where libc cannot do it in the child', null, true],
] as const) {
  void t.test(`its group is put in front of the terminal ${name}`, async (test) => {
    const told: (readonly number[])[] = []
    const tcsetpgrp = (...words: readonly number[]): number => told.push(words)
    replaceCalls(test, () => ({ tcsetpgrp, posix_spawn_file_actions_addtcsetpgrp_np: add }))
    const pid = spawnProcess({ ...TRUE, session: 'group', terminal: 7 })
    test.strictSame(told, isLate ? [[7, pid]] : [])
    await within<Exit>('exit', 10_000, (resolve) => waitForChild(pid, resolve))
  })
}

void t.test('what cannot be started says why at once, and frees what it had', async (test) => {
  const counts = new Map<string, number>()
  replaceCalls(test, (calls) =>
    Object.fromEntries(
      Object.entries(calls)
        .filter(([name]) => /_(init|destroy)$/.test(name))
        .map(([name, call]) => [
          name,
          (buffer: Buffer) => {
            counts.set(name, (counts.get(name) ?? 0) + 1)
            return (call as (bytes: Buffer) => number)(buffer)
          },
        ]),
    ),
  )
  test.equal(spawnProcess({ ...TRUE, file: '/nonexistent' }), -ENOENT)
  test.equal(spawnProcess({ ...TRUE, args: ['true', 'x'.repeat(1 << 22)] }), -E2BIG)
  test.equal(spawnProcess({ ...TRUE, workingDir: 'a\0b' }), -EINVAL)
  test.equal(spawnProcess({ ...TRUE, file: '/bin/tr\0ue' }), -EINVAL)
  test.equal(spawnProcess({ ...TRUE, args: ['true', 'a\0'] }), -EINVAL)
  test.equal(spawnProcess({ ...TRUE, environment: { A: '\0' } }), -EINVAL)
  test.throws(() => spawnProcess(TRUE, () => assert.fail('around')))
  test.same(Object.fromEntries(counts), {
    posix_spawn_file_actions_init: 3,
    posix_spawn_file_actions_destroy: 3,
    posix_spawnattr_init: 3,
    posix_spawnattr_destroy: 3,
  })
})

for (const call of [
  'posix_spawn',
  'posix_spawn_file_actions_init',
  'posix_spawn_file_actions_adddup2',
  'posix_spawn_file_actions_addclose',
  'posix_spawn_file_actions_addchdir_np',
  'posix_spawnattr_init',
  'posix_spawnattr_setflags',
  'posix_spawnattr_setsigdefault',
  'posix_spawnattr_setsigmask',
] as const) {
  void t.test(`a refusal of ${call} is told by its errno`, (test) => {
    replaceCalls(test, () => ({ [call]: () => constants.errno.ENOMEM }))
    test.equal(spawnProcess({ ...TRUE, workingDir: '/' }), -constants.errno.ENOMEM)
    test.end()
  })
}

const TRUE: Program = {
  file: '/bin/true',
  args: ['true'],
  environment: {},
  workingDir: null,
  descriptors: new Map([0, 1, 2].map((fd) => [fd, fd])),
  session: 'own',
  terminal: null,
}

/** Runs it with a file as its output, and /dev/null for the rest. */
async function run(
  test: Test,
  program: Partial<Program>,
  descriptors: readonly (readonly [number, number])[] = [],
): Promise<{ readonly output: Buffer; readonly exit: Exit }> {
  const file = join(folder, 'output')
  const output = openSync(file, 'w')
  const nothing = openSync('/dev/null', 'r+')
  const standard: readonly (readonly [number, number])[] = [[0, nothing], [1, output], [2, nothing]] // prettier-ignore
  const pid = spawnProcess({ ...TRUE, ...program, descriptors: new Map([...standard, ...descriptors]) })
  for (const fd of [output, nothing]) closeSync(fd)
  test.ok(pid > 0, `spawned: ${pid}`)
  const exit = await within<Exit>('exit', 10_000, (resolve) => waitForChild(pid, resolve))
  return { output: readFileSync(file), exit }
}

/** Until the end of the test. */
function replaceCalls(test: Test, change: (calls: Libc['calls']) => object): void {
  replaceLibc((libc) => {
    test.teardown(() => replaceLibc(() => libc))
    return { ...libc, calls: { ...libc.calls, ...change(libc.calls) } }
  })
}
