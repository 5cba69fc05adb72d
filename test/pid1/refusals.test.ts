import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { program } from '../system/fixture.ts'
import { INIT, makeFolder, startContainer, type Container } from './support/container.ts'
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
  { call: 'fcntl', errnos: words('EACCES EAGAIN EBADF EINTR EINVAL EPERM'), times: 2, told: /socket/ },
  {
    call: 'recv',
    errnos: words('EAGAIN EBADF ECONNREFUSED EFAULT EINTR EINVAL ENOMEM ENOTCONN ENOTSOCK'),
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

for (const { call } of REFUSALS) {
  const name = `${call} throws, by a bug of ours: it is told with its stack, and all go down in order, with status 70`
  void t.test(name, { skip: UNLESS_PID_1, buffered: true }, async (test) => {
    const container = await start(test, call, 'bug', 1)
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

interface Case extends Pick<Refusal, 'call' | 'told'> {
  readonly errno: string
  readonly time: number
}

async function survive(test: Test, { call, errno, time, told }: Case): Promise<void> {
  const container = await start(test, call, errno, time)
  await until('all services to be well', () => isWell(container))
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.match(text, new RegExp(`^refused: ${call} ${errno}$`, 'm'))
  test.notMatch(text, /internal error|killed by SIGKILL/)
  if (told !== null) test.match(text, new RegExp(`${told.source}.*${errno}`))
}

/** Behind the launcher, whose `node` it is. */
function start(test: Test, call: string, errno: string, time: number): Promise<Container> {
  const folder = makeFolder(test)
  const node = [process.execPath, program('refuses-once'), call, errno, String(time)].map((word) => `'${word}'`)
  // The first word is the launcher's second half.
  writeFileSync(join(folder, 'node'), `#!/bin/sh\nshift\nexec ${node.join(' ')} "$@"\n`, { mode: 0o755 })
  return startContainer(test, {
    // Below the hard one, so that it has to be set for each service.
    program: ['prlimit', '--nofile=1000:2000', INIT],
    file: SCENE,
    environment: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  })
}

async function isWell(container: Container): Promise<boolean> {
  const { state } = await container.status()
  return state === 'running'
}
