import { chmodSync, constants as files, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ServiceConfig } from '../../src/core/config/model.ts'
import { replaceLibc, type Calls } from '../../src/system/libc/calls.ts'
import { makeProcesses } from './processes.ts'
import { startReaper } from '../../src/system/reaper.ts'
import { descriptors } from './descriptors.ts'
import { record, service } from './recorder.ts'

const folder = mkdtempSync(join(tmpdir(), 'pidone-'))
chmodSync(folder, 0o711)
t.teardown(() => rmSync(folder, { recursive: true }))
const environment = { PATH: '/usr/bin:/bin' }
const machine = makeProcesses({ environment, softFileLimit: '20', notifyDir: folder, reaper: startReaper() })

const FORBIDS = 'a rule of the system forbids it, such as one of'
/** What posix_spawn(3) may return. */
const ERRNOS: Readonly<Record<string, string>> = {
  EACCES: `EACCES: ${FORBIDS} AppArmor or SELinux`,
  EAGAIN: 'EAGAIN: there may be no more processes; raise their limit ("docker run --pids-limit", "ulimit -u")',
  EBADF: 'EBADF: a descriptor for it is above the limit of open files; raise that ("docker run --ulimit nofile=N")',
  EINVAL: 'EINVAL',
  EIO: 'EIO',
  ELIBBAD: 'errno 80',
  EMFILE: 'EMFILE: too many open files; raise their limit ("docker run --ulimit nofile=N")',
  ENFILE: 'ENFILE: too many open files on the whole machine; raise the sysctl fs.file-max',
  ENOENT: 'ENOENT',
  ENOEXEC: 'ENOEXEC: this machine does not run such programs; if it is built for 32 bits, take a build for 64',
  ENOMEM: 'ENOMEM: out of memory; give the container more',
  ENOSYS: 'ENOSYS',
  EPERM: `EPERM: ${FORBIDS} seccomp`,
  ETXTBSY: 'ETXTBSY: somebody is writing to its file; start it when that is done',
}

/** What is short may be there another time. */
const FOR_NOW: ReadonlySet<string> = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'])

for (const [code, why] of Object.entries(ERRNOS)) {
  void t.test(`a spawn that fails with ${code} is a failure that says so, and nothing stays open`, async (test) => {
    const before = descriptors().length
    const errno = (constants.errno as Readonly<Record<string, number>>)[code] ?? 80
    replaceCalls(test, { posix_spawn: () => errno })
    test.same(await failureOf({ argv: ['true'], ready: { kind: 'notify-fd', fd: 'auto' } }), {
      kind: 'failed',
      message: `cannot execute "true": ${why}`,
      status: code === 'ENOENT' ? 127 : 126,
      ...(FOR_NOW.has(code) ? { lasting: 'for-now' } : {}),
    })
    test.equal(descriptors().length, before)
  })
}

void t.test('when there is no descriptor for a pipe, that is the failure', async (test) => {
  replaceCalls(test, { pipe2: () => -1 }, constants.errno.EMFILE)
  const why = 'EMFILE: too many open files; raise their limit ("docker run --ulimit nofile=N")'
  test.equal((await failureOf({ argv: ['true'] })).message, `cannot open a pipe: ${why}`)
})

void t.test('what is too long is named', async (test) => {
  const argument = await failureOf({ argv: ['/bin/true', 'é', 'é'.repeat(1 << 17)], clearEnv: true })
  test.match(
    argument.message,
    /^cannot execute "\/bin\/true": E2BIG: its arguments and variables have 262\d{3} bytes, 262145 of them its argument 2, and the kernel takes less; hand it over in a file$/,
  )
  const variable = await failureOf({ argv: ['/bin/true'], environment: new Map([['LONG', 'x'.repeat(1 << 18)]]) })
  test.match(variable.message, / 262150 of them its variable "LONG", /)
})

void t.test('what would end too early is refused, and named', async (test) => {
  const end = 'has a NUL in it, where it would end; leave it out'
  const cases: readonly (readonly [Partial<ServiceConfig>, string])[] = [
    [{ argv: ['/bin/true', 'a', 'b\0c'] }, `its argument 2 ${end}`],
    [{ workingDir: '/\0tmp' }, `its working directory ${end}`],
    [{ environment: new Map([['A', 'x\0y']]) }, `its variable "A" ${end}`],
    [{ environment: new Map([['A\0B', 'x']]) }, `its variable "A\\u0000B" ${end}`],
    [
      { environment: new Map([['A=B', 'x']]) },
      'the name of its variable "A=B" has "=" in it, where it would end; rename it',
    ],
  ]
  for (const [keys, why] of cases) {
    const { message, status } = await failureOf({ argv: ['/bin/true'], ...keys })
    test.same([message, status], [`cannot execute "/bin/true": ${why}`, 126])
  }
  const name = await failureOf({ argv: ['/bin/true\0'] })
  test.equal(name.message, `cannot execute "/bin/true\\u0000": its name ${end}`)
})

void t.test('a variable without a name is passed on as it came', async (test) => {
  const odd = makeProcesses({ environment: { '': 'C:=x', A: '1' }, notifyDir: folder, reaper: startReaper() })
  const run = record(odd, service({ argv: ['/bin/cat', '/proc/self/environ'] }))
  await run.end()
  test.match(run.stdout(), /^=C:=x\0A=1\0/)
})

void t.test('what was found in PATH is what is executed, without any shell in between', async (test) => {
  const [early = '', late = '', empty = ''] = ['early', 'late', 'empty'].map((name) => join(folder, name))
  for (const each of [early, late, empty]) mkdirSync(each)
  writeFileSync(join(early, 'tool'), 'echo no first line', { mode: 0o755 })
  writeFileSync(join(late, 'tool'), '#!/bin/sh\necho "$0"', { mode: 0o755 })
  const run = record(machine, service(toolIn(empty, early, late)))
  await run.end()
  test.equal(run.stdout(), `${join(late, 'tool')}\n`)
  const relative = record(machine, service({ ...toolIn(''), workingDir: late }))
  await relative.end()
  test.equal(relative.stdout(), `${join(late, 'tool')}\n`)
  test.match(await failureOf(toolIn(empty, early)), { message: /is a text without a first line/, status: 126 })
})

void t.test('a command, an argument and a folder whose names are no UTF-8 are found', async (test) => {
  const odd = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])])
  mkdirSync(odd)
  const script = '#!/bin/sh\nprintf "%s\\n" "$PWD" "$1" | od -An -v -tx1 | tr -d " \\n"'
  writeFileSync(Buffer.concat([odd, Buffer.from('/d\xe9j\xe0', 'latin1')]), script, { mode: 0o755 })
  const argv = ['./d\udce9j\udce0', '\udcff']
  const run = record(machine, service({ argv, workingDir: `${folder}/caf\udce9` }))
  test.same(await run.end(), { kind: 'code', code: 0 })
  test.equal(run.stdout(), Buffer.from(`${folder}/caf\xe9\n\xff\n`, 'latin1').toString('hex'))
})

void t.test('a limit of open files below the number of a promised descriptor is no hindrance', async (test) => {
  const argv = ['/bin/sh', '-c', 'until [ "$(ulimit -Sn)" = 20 ]; do :; done; ls /proc/$$/fd; echo > /dev/fd/30']
  const run = record(machine, service({ argv, ready: { kind: 'notify-fd', fd: 30 } }))
  await run.next('notified')
  await run.end()
  test.match(run.stdout(), /^30$/m)
})

void t.test('what the foreground reads and writes waits, whoever had it before', async (test) => {
  const [F_GETFL, F_SETFL] = [3, 4]
  const set: unknown[] = []
  const fcntl: Calls['fcntl'] = (fd, command, flags) => {
    if (command === F_SETFL) set.push([fd, flags])
    return command === F_GETFL ? files.O_NONBLOCK | files.O_RDWR : 0
  }
  replaceCalls(test, { fcntl })
  await record(machine, service({ argv: ['true'] }), 'foreground').end()
  test.same(
    set,
    [0, 1, 2].map((fd) => [fd, files.O_RDWR]),
  )
})

function toolIn(...path: readonly string[]): Pick<ServiceConfig, 'argv' | 'environment'> {
  return { argv: ['tool'], environment: new Map([['PATH', path.join(':')]]) }
}

async function failureOf(
  keys: Parameters<typeof service>[0],
): Promise<{ readonly message: string; readonly status: number }> {
  return record(machine, service(keys)).next('failed')
}

/** Until the end of the test. */
function replaceCalls(test: Test, changes: Partial<Calls>, errno?: number): void {
  replaceLibc((libc) => {
    test.teardown(() => replaceLibc(() => libc))
    return { errno: () => errno ?? libc.errno(), calls: { ...libc.calls, ...changes } }
  })
}
