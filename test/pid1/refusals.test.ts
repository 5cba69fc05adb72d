import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { libc } from '../../src/system/libc/calls.ts'
import { program } from '../system/fixture.ts'
import { onTerminal } from './conformance/on-terminal.ts'
import { startInit } from './conformance/start.ts'
import { shell } from './conformance/words.ts'
import { INIT, makeFolder, startContainer, type Container, type ContainerOptions } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'

/** A call of libc, the errnos of its manual page, and how often the scene makes it before all is well. */
interface Refusal {
  readonly call: string
  readonly errnos: readonly string[]
  readonly times: number
  /** What is said of it; null: there is nothing to say, since nothing comes of it. */
  readonly told: RegExp | null
}

const REFUSALS: readonly Refusal[] = [
  { call: 'waitid', errnos: words('ECHILD EINTR EINVAL ESRCH'), times: 5, told: null },
  { call: 'waitpid', errnos: words('ECHILD EINTR EINVAL'), times: 4, told: null },
  { call: 'prlimit', errnos: words('EFAULT EINVAL EPERM ESRCH'), times: 4, told: null },
  { call: 'pipe2', errnos: words('EFAULT EINVAL EMFILE ENFILE'), times: 6, told: /cannot open a pipe/ },
  {
    call: 'socket',
    errnos: words('EACCES EAFNOSUPPORT EINVAL EMFILE ENFILE ENOBUFS ENOMEM EPROTONOSUPPORT'),
    times: 1,
    told: /socket/,
  },
  { call: 'fchmod', errnos: words('EINVAL EPERM EROFS'), times: 1, told: /socket/ },
  {
    call: 'bind',
    errnos: words(
      'EACCES EADDRINUSE EBADF EINVAL ENOTSOCK EADDRNOTAVAIL EFAULT ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR EROFS',
    ),
    times: 1,
    told: /socket/,
  },
  // F_SETFD, F_SETFL and F_SETOWN.
  { call: 'fcntl=2', errnos: words('EBADF'), times: 1, told: null },
  { call: 'fcntl=4', errnos: words('EAGAIN EBADF EINVAL EPERM'), times: 1, told: /socket/ },
  { call: 'fcntl=8', errnos: words('EBADF EINVAL EPERM'), times: 1, told: /socket/ },
  {
    call: 'recv',
    // EAGAIN is no refusal: there is none.
    errnos: words('EBADF ECONNREFUSED EFAULT EINTR EINVAL ENOMEM ENOTCONN ENOTSOCK'),
    times: 4,
    told: null,
  },
  {
    call: 'posix_spawn',
    errnos: words(
      'E2BIG EACCES EAGAIN EINVAL EIO EISDIR ELOOP ENAMETOOLONG ENFILE ENOENT ENOEXEC ENOMEM ENOSYS ENOTDIR EPERM ETXTBSY',
    ),
    times: 4,
    told: /cannot execute/,
  },
  { call: 'posix_spawn_file_actions_init', errnos: words('ENOMEM'), times: 3, told: /cannot execute/ },
  { call: 'posix_spawn_file_actions_adddup2', errnos: words('EBADF ENOMEM'), times: 4, told: /cannot execute/ },
  {
    call: 'posix_spawn_file_actions_addchdir_np',
    errnos: words('EBADF EINVAL ENOMEM'),
    times: 1,
    told: /cannot execute/,
  },
  { call: 'posix_spawnattr_init', errnos: words('ENOMEM'), times: 3, told: /cannot execute/ },
  { call: 'posix_spawnattr_setflags', errnos: words('EINVAL'), times: 1, told: /cannot execute/ },
  { call: 'posix_spawnattr_setsigdefault', errnos: words('EINVAL'), times: 1, told: /cannot execute/ },
  { call: 'posix_spawnattr_setsigmask', errnos: words('EINVAL'), times: 1, told: /cannot execute/ },
]

function words(text: string): readonly string[] {
  return text.split(' ')
}

/** Of a scene that needs more than services: one that is not PID 1, and clients. */
const AROUND: readonly (Refusal & Pick<ContainerOptions, 'pid1'>)[] = [
  { call: 'prctl', errnos: words('EINVAL EPERM'), times: 1, told: /SUBREAPER/, pid1: 'parent' },
  { call: 'getsockopt', errnos: words('EBADF EFAULT EINVAL ENOPROTOOPT ENOTSOCK'), times: 1, told: null },
]

/** Of a command in front of a terminal, which ends with 7, or cannot be started. */
const IN_FRONT: readonly (Omit<Refusal, 'told'> & { readonly status: 7 | 126 })[] = [
  { call: 'tcgetpgrp', errnos: words('EBADF EINVAL ENOTTY'), times: 3, status: 7 },
  { call: 'tcgetattr', errnos: words('EBADF EIO ENOTTY'), times: 1, status: 7 },
  { call: 'tcsetattr', errnos: words('EBADF EINTR EINVAL EIO ENOTTY'), times: 1, status: 7 },
  { call: 'tcsetpgrp', errnos: words('EBADF EINVAL EIO ENOTTY EPERM ESRCH'), times: 1, status: 7 },
  { call: 'signal', errnos: words('EINVAL'), times: 3, status: 7 },
  { call: 'posix_spawn_file_actions_addclose', errnos: words('EBADF ENOMEM'), times: 1, status: 126 },
  { call: 'posix_spawn_file_actions_addtcsetpgrp_np', errnos: words('EBADF ENOMEM'), times: 1, status: 126 },
]

/** Why a call is refused nowhere here. */
const NOT_REFUSED: Readonly<Record<string, string>> = {
  setfsuid: 'it never fails (setfsuid(2))',
  setfsgid: 'it never fails (setfsgid(2))',
  getpgrp: 'it never fails (getpgrp(2))',
  _exit: 'it does not return',
  clock_gettime: 'only a client asks for it: test/system/process-start.test.ts',
  execve: 'only a client calls it: test/pid1/control.test.ts',
  posix_spawn_file_actions_destroy: 'there is nothing that could fail',
  posix_spawnattr_destroy: 'there is nothing that could fail',
  open: 'it is for a glibc before 2.29: test/system/spawn.test.ts',
  chdir: 'it is for a glibc before 2.29: test/system/spawn.test.ts',
  fchdir: 'it is for a glibc before 2.29: test/system/spawn.test.ts',
}

/** Every way to be ready that uses libc, a oneshot, a check, an orphan and a folder. */
const SCENE = JSON.stringify({
  services: {
    db: { command: [process.execPath, program('says-notify'), 'READY=1', 'wait'], ready: { notify: 'systemd' } },
    cache: { script: 'echo >&3; exec sleep 1000', ready: { notify: 'fd:3' }, working_dir: '/' },
    prepare: { type: 'oneshot', script: '(sleep 0.05 &)', restart: 'on-failure' },
    web: { command: ['sleep', '1000'], depends_on: ['db', 'cache', 'prepare'], ready: { exec: 'true' } },
  },
})

t.jobs = 4

for (const { call, errnos, times, told } of REFUSALS) {
  for (const [errno, time] of casesOf(errnos, times)) {
    const name = `${call} fails with ${errno} at its ${time}. call: all services come up, and go down in order`
    void t.test(name, { skip: UNLESS_PID_1, buffered: true }, (test) => survive(test, { call, errno, time, told }))
  }
}

for (const { call, errnos, times, told, pid1 = 'program' } of AROUND) {
  for (const [errno, time] of casesOf(errnos, times)) {
    const name = `${call} fails with ${errno} at its ${time}. call: all goes on`
    void t.test(name, { skip: UNLESS_PID_1, buffered: true }, (test) =>
      survive(test, { call, errno, time, told, pid1 }),
    )
  }
}

for (const { call, errnos, times, status } of IN_FRONT) {
  for (const [errno, time] of casesOf(errnos, times)) {
    const name = `${call} fails with ${errno} at its ${time}. call: the command on a terminal ends with ${status}`
    void t.test(name, { skip: UNLESS_PID_1, buffered: true }, async (test) => {
      const { text, ended } = await runInFront(test, { call, errno, time })
      test.equal(ended, status)
      test.match(text, new RegExp(`refused: ${call} ${errno}`))
      test.notMatch(text, /internal error/)
      if (status === 126) test.match(text, new RegExp(`cannot execute "sh": ${errno}`))
    })
  }
}

void t.test('each call of libc is refused, or cannot be', async (test) => {
  const refused = new Set([...REFUSALS, ...AROUND, ...IN_FRONT].map(({ call }) => call.replace(/=.*/, '')))
  test.strictSame([...refused, ...Object.keys(NOT_REFUSED)].toSorted(), Object.keys(libc()).toSorted())
})

for (const { call } of REFUSALS) {
  const name = `${call} throws, by a bug of ours: it is told with its stack, and all go down in order, with status 70`
  void t.test(name, { skip: UNLESS_PID_1, buffered: true }, async (test) => {
    const container = await start(test, { call, errno: 'bug', time: 1 })
    const { status, text } = await container.end()
    test.equal(status, 70)
    test.match(text, /internal error: .*a bug of ours.*\n.* at /)
    test.notMatch(text, /SIGKILL$/m)
  })
}

/** Each errno at the first call, and one of them at each later call. */
function casesOf(errnos: readonly string[], times: number): readonly (readonly [errno: string, time: number])[] {
  const later = Array.from({ length: times - 1 }, (_, index): readonly [string, number] => {
    return [errnos[(index + 1) % errnos.length] ?? '', index + 2]
  })
  return [...errnos.map((errno): readonly [string, number] => [errno, 1]), ...later]
}

interface Case extends Pick<Refusal, 'call' | 'told'>, Pick<ContainerOptions, 'pid1'> {
  readonly errno: string
  readonly time: number
}

async function survive(test: Test, { told, ...refused }: Case): Promise<void> {
  const { call, errno } = refused
  const container = await start(test, refused)
  await until('all services to be well', () => isWell(container))
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.match(text, new RegExp(`^refused: ${call} ${errno}$`, 'm'))
  test.notMatch(text, /internal error|killed by SIGKILL/)
  if (told !== null) test.match(text, new RegExp(`${told.source}.*${errno}`))
}

function start(test: Test, { pid1 = 'program', ...refused }: Omit<Case, 'told'>): Promise<Container> {
  return startContainer(test, {
    // Below the hard one, so that it has to be set for each service.
    program: ['prlimit', '--nofile=1000:2000', INIT],
    file: SCENE,
    environment: pathOf(test, refused),
    pid1,
  })
}

/** Behind the launcher, whose `node` it is. */
function pathOf(test: Test, { call, errno, time }: Omit<Case, 'told'>): { readonly PATH: string } {
  const folder = makeFolder(test)
  const node = [process.execPath, program('refuses-once'), call, errno, String(time)].map((word) => `'${word}'`)
  // The first word is the launcher's second half.
  writeFileSync(join(folder, 'node'), `#!/bin/sh\nshift\nexec ${node.join(' ')} "$@"\n`, { mode: 0o755 })
  return { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
}

async function runInFront(
  test: Test,
  refused: Omit<Case, 'told'>,
): Promise<{ readonly ended: number; readonly text: string }> {
  const folder = makeFolder(test)
  writeFileSync(join(folder, 'services.yaml'), "services: {web: {command: [sleep, '1000']}}")
  let seen = { ended: -1, text: '' }
  await onTerminal(
    {
      start: async (how) => {
        const running = await startInit({ ...how, init: [INIT], placement: 'pid1', folder })
        test.teardown(running.kill)
        return running
      },
    },
    { command: shell('exit 7'), environment: pathOf(test, refused) },
    async ({ pty, running }) => {
      const ended = await running.end()
      await pty.see(/ended with status/)
      seen = { ended, text: pty.screen }
    },
  )
  return seen
}

async function isWell(container: Container): Promise<boolean> {
  const { state } = await container.status()
  return state === 'running'
}
