import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { program } from '../system/fixture.ts'
import { INIT, makeFolder, startContainer, SUPERVISOR } from './support/container.ts'
import { ask, asUser, run, stay, UNLESS_OTHER_USERS } from './support/other-users.ts'
import { until } from './support/until.ts'

const skip = UNLESS_OTHER_USERS
const FILE = "services: {web: {command: [sleep, '1000']}}\n"
const USER = 64_321
const STRANGER = 64_322
/** Where `init` has its run-time files that cannot write to /run. */
const PLACE = `/tmp/pidone-${USER}`

void t.test('where nobody is let in, the kernel refuses everybody else', { skip }, async (test) => {
  const container = await startContainer(test, { file: FILE })
  await container.status()
  test.strictSame(await ask(container, asUser(STRANGER), 'status'), {
    status: 77,
    stdout: '',
    stderr: `supervisor: cannot ask the supervisor at "${container.runtimeDir}/control.sock": EACCES: only its own user and root may, and whom "control.allow" in the services file lets in\n`,
  })
})

/** Connects again and again, so that this many connections are open, and says so. */
const crowd = (socket: string, count: number): string => `
  let open = 0
  const connect = () => require('net').connect(${JSON.stringify(socket)}).on('error', () => {}).resume()
    .once('connect', () => { if (++open === ${count}) console.log('there') })
    .once('close', () => setTimeout(connect, 5))
  for (let at = 0; at < ${count}; at++) connect()`

for (const [what, uid, count] of [
  ['strangers who connect without end', STRANGER, 300],
  ['idle connections of one who may read', USER, 200],
  ['idle connections of root', 0, 200],
] as const) {
  void t.test(`${what} keep nobody from asking`, { skip }, async (test) => {
    const file = `control: {allow: {${USER}: read}}\n${FILE}`
    const container = await startContainer(test, { file })
    await container.supervisor('wait')
    await stay(test, asUser(uid), crowd(join(container.runtimeDir, 'control.sock'), count))
    for (const who of [0, USER]) {
      const began = performance.now()
      test.match(await ask(container, asUser(who), 'status'), { status: 0, stderr: '' })
      test.ok(performance.now() - began < 5_000, `uid ${who} had not to wait until they were sent away`)
    }
  })
}

void t.test('a stranger’s bytes are never looked at, and he can read why', { skip }, async (test) => {
  const file = `control: {allow: {${USER}: read}}\n${FILE}`
  const container = await startContainer(test, { file })
  await container.supervisor('wait')
  const socket = JSON.stringify(join(container.runtimeDir, 'control.sock'))
  for (const bytes of ['', 'no HTTP', 'POST /v1/shutdown HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n']) {
    const script = `const socket = require('net').connect(${socket}, () => socket.write('${bytes}'))
      socket.pipe(process.stdout)`
    const { stdout } = await run([...asUser(STRANGER), 'env', '-i', process.execPath, '-e', script])
    test.match(
      stdout,
      /^HTTP\/1\.1 403 Forbidden\r\n[^]*\{"status":403,"message":"cannot ask this supervisor: uid 64322 /u,
    )
  }
  test.equal((await container.status()).state, 'running')
})

void t.test('a client finds PID 1’s private folder, whoever asks', { skip }, async (test) => {
  clearPlace(test)
  const container = await startContainer(test, {
    file: `control: {allow: {${STRANGER}: read}}\n${FILE}`,
    program: [...asUser(USER), INIT],
    environment: { PIDONE_RUNTIME_DIR: '' },
  })
  await container.line(/web: starting/)
  await until('all can connect', () => (mode(`${PLACE}/control.sock`) & 0o777) === 0o666)
  const inside = ['nsenter', `--target=${container.pid}`, '--pid', '--mount', '--'] as const
  for (const [uid, status] of [
    [STRANGER, 0],
    [0, 0],
    [64_323, 77],
  ] as const) {
    test.match(
      await run([...inside, ...asUser(uid), 'env', '-i', `PATH=${process.env['PATH']}`, SUPERVISOR, 'status']),
      {
        status,
      },
    )
  }
})

/** Now, for one that was killed may have left it, and at the end. */
function clearPlace(test: Test): void {
  removePlace()
  test.teardown(removePlace)
}

function removePlace(): void {
  rmSync(PLACE, { recursive: true, force: true })
}

function mode(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.mode ?? 0
}

const owned = (path: string, rights: number): void => {
  mkdirSync(path)
  chownSync(path, STRANGER, STRANGER)
  chmodSync(path, rights)
}

const TRAPS: readonly (readonly [what: string, why: RegExp, lay: (path: string) => void])[] = [
  ['a stranger’s folder', /belongs to uid 64322/, (path) => owned(path, 0o711)],
  ['a stranger’s folder with all rights', /belongs to uid 64322/, (path) => owned(path, 0o777)],
  ['a sticky one', /belongs to uid 64322/, (path) => owned(path, 0o1777)],
  ['a link', /is a symbolic link/, (path) => symlinkSync('/var', path)],
  ['a link to one’s own home', /is a symbolic link/, (path) => symlinkSync('/tmp', path)],
  ['a file', /is not a folder/, (path) => writeFileSync(path, '')],
  ['a fifo', /is not a folder/, (path) => execFileSync('mkfifo', [path])],
]

for (const [what, why, lay] of TRAPS) {
  void t.test(`in the place of the private folder ${what} is refused`, { skip }, async (test) => {
    clearPlace(test)
    lay(PLACE)
    const before = mode(PLACE)
    const container = await startContainer(test, {
      file: FILE,
      program: [...asUser(USER), INIT],
      environment: { PIDONE_RUNTIME_DIR: '' },
    })
    const { status, text } = await container.end()
    test.equal(status, 70)
    test.match(text, /^supervisor: cannot make a folder for run-time files: .*set PIDONE_RUNTIME_DIR to one$/m)
    test.match(text, why)
    test.notMatch(text, /web: starting/)
    test.equal(mode(PLACE), before)
  })
}

/** A folder and in it a control socket that a stranger listens on, who says all is well. */
async function impostor(test: Test, owner: number, rights: number): Promise<string> {
  const folder = join(makeFolder(test), 'run')
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  const path = join(folder, 'control.sock')
  await stay(
    test,
    asUser(STRANGER),
    `require('http').createServer((_, response) => response.end('{"ok":true,"reasons":[]}'))
      .listen({path: ${JSON.stringify(path)}, writableAll: true}, () => console.log('there'))`,
  )
  chownSync(folder, owner, owner)
  chmodSync(folder, rights)
  return folder
}

for (const [what, owner, rights, why] of [
  ['in root’s folder', 0, 0o755, 'it is uid 64322, and the folder is not his'],
  ['in a folder of a third one', USER, 0o1777, 'it is uid 64322, and the folder is not his'],
  ['in his own that all can change', STRANGER, 0o1777, 'it is uid 64322, and other users can change the folder'],
] as const) {
  void t.test(`a client tells a stranger who listens ${what} nothing`, { skip }, async (test) => {
    const folder = await impostor(test, owner, rights)
    test.strictSame(
      await run(['env', '-i', `PATH=${process.env['PATH']}`, `PIDONE_RUNTIME_DIR=${folder}`, SUPERVISOR, 'shutdown']),
      { status: 3, stdout: '', stderr: `supervisor: cannot trust who answers on "${folder}/control.sock": ${why}\n` },
    )
  })
}

void t.test('a folder that is named and belongs to its supervisor’s user is believed in', { skip }, async (test) => {
  const folder = await impostor(test, STRANGER, 0o711)
  const words = ['env', '-i', `PATH=${process.env['PATH']}`, `PIDONE_RUNTIME_DIR=${folder}`, SUPERVISOR, 'health']
  test.strictSame(await run(words), { status: 0, stdout: 'well\n', stderr: '' })
})

void t.test('nobody but its own user can say that a service is ready', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  web: {command: [sleep, '1000'], user: '${USER}', ready: {notify: systemd}, start_timeout: 10m}
`,
  })
  const address = join(container.runtimeDir, 'notify', 'web.sock')
  await until('the socket', () => mode(address) !== 0)
  const say = (uid: number): ReturnType<typeof run> =>
    run([...asUser(uid), 'env', '-i', `NOTIFY_SOCKET=${address}`, process.execPath, program('says-notify'), 'READY=1'])
  test.match(await say(STRANGER), { status: 1, stderr: /errno 13/ })
  test.equal((await container.service('web')).state, 'starting')
  test.match(await say(USER), { status: 0 })
  await container.serviceThat('web', ({ state }) => state === 'running')
})

void t.test(
  'what strangers laid in a folder of ours does not get the supervisor to touch it',
  { skip },
  async (test) => {
    const folder = makeFolder(test)
    const own = join(folder, 'run')
    mkdirSync(own)
    chownSync(own, USER, USER)
    chownSync(folder, USER, USER)
    writeFileSync(join(folder, 'victim'), 'kept')
    chownSync(join(folder, 'victim'), USER, USER)
    symlinkSync(join(folder, 'victim'), join(own, 'ready'))
    symlinkSync(join(folder, 'victim'), join(own, 'control.sock'))
    const container = await startContainer(test, {
      folder,
      file: FILE,
      program: [...asUser(USER), INIT],
    })
    await until('the file', () => lstatSync(join(own, 'ready'), { throwIfNoEntry: false })?.isFile() === true)
    test.equal((await container.status()).state, 'running')
    test.equal(lstatSync(join(folder, 'victim')).size, 4)
    container.signal('SIGTERM')
    test.equal((await container.end()).status, 0)
    test.strictSame(readdirSync(own), [])
  },
)
