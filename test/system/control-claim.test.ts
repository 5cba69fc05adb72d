import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { claimControl, type Claim } from '../../src/system/control-claim.ts'

const namesIn = (folder: string): readonly string[] => (readdirSync(folder, { recursive: true }) as string[]).toSorted()

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'claim-'))

type Claimed = Claim | { readonly refusal: string }

const isClaim = (claimed: Claimed): claimed is Claim => 'release' in claimed

/** A process that claims, says so and lives until it is killed: nothing of it is tidied up then. */
async function otherProcess(folder: string): Promise<{ readonly pid: number; readonly kill: () => Promise<void> }> {
  const module = new URL('../../src/system/control-claim.js', import.meta.url).href
  const script = `import(${JSON.stringify(module)}).then((m) => m.claimControl(${JSON.stringify(folder)})).then((c) => console.log(Object.keys(c).join()))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  if (!said.toString().includes('release')) throw new Error(`cannot claim: ${said.toString()}`)
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

void t.test('one supervisor is refused where another lives, and told which', async (test) => {
  const folder = newFolder()
  const other = await otherProcess(folder)
  test.strictSame(await claimControl(folder), {
    refusal: `another supervisor (pid ${other.pid}) is already running: it has "${folder}/control.sock"; stop it first, or set PIDONE_RUNTIME_DIR to a folder of its own`,
    by: 'us',
  })
  test.strictSame(readdirSync(folder).toSorted(), ['control.lock', 'control.sock'], 'nothing of the refused is left')
  await other.kill()
})

void t.test('what a killed supervisor left is replaced', async (test) => {
  const folder = newFolder()
  const other = await otherProcess(folder)
  await other.kill()
  test.ok(existsSync(join(folder, 'control.sock')))
  const claimed = await claimControl(folder)
  test.ok(isClaim(claimed))
  if (isClaim(claimed)) claimed.release()
  test.strictSame(readdirSync(folder), [])
})

void t.test(
  'of many who start at once over a dead one’s socket exactly one wins, and it can be reached',
  async (test) => {
    for (let round = 0; round < 20; round++) {
      const folder = newFolder()
      if (round % 2 === 0) {
        const dead = await otherProcess(folder)
        await dead.kill()
      }
      const all = await Promise.all(Array.from({ length: 12 }, () => claimControl(folder)))
      const winners = all.filter(isClaim)
      test.equal(winners.length, 1)
      test.strictSame(readdirSync(folder).toSorted(), ['control.lock', 'control.sock'])
      test.equal(isClaim(await claimControl(folder)), false)
      for (const winner of winners) winner.release()
      test.strictSame(readdirSync(folder), [])
    }
  },
)

void t.test('processes that start at once get one winner', async (test) => {
  const folder = newFolder()
  const dead = await otherProcess(folder)
  await dead.kill()
  const others = await Promise.allSettled(Array.from({ length: 6 }, () => otherProcess(folder)))
  const winners = others.filter((other) => other.status === 'fulfilled')
  test.equal(winners.length, 1)
  for (const winner of winners) await winner.value.kill()
})

void t.test('the socket is private whatever the umask', async (test) => {
  const before = process.umask(0)
  const folder = newFolder()
  const claimed = await claimControl(folder)
  process.umask(before)
  test.equal(lstatSync(join(folder, 'control.sock')).mode & 0o777, 0o600)
  if (isClaim(claimed)) claimed.release()
})

void t.test('a file or a link in the socket’s place is replaced, and its target left alone', async (test) => {
  const folder = newFolder()
  writeFileSync(join(folder, 'precious'), 'kept')
  symlinkSync('precious', join(folder, 'control.sock'))
  const claimed = await claimControl(folder)
  test.ok(lstatSync(join(folder, 'control.sock')).isSocket())
  if (isClaim(claimed)) claimed.release()
  test.strictSame(readdirSync(folder), ['precious'])
})

void t.test('junk in the lock’s place is refused, not removed', async (test) => {
  const folder = newFolder()
  mkdirSync(join(folder, 'control.lock', 'a-folder'), { recursive: true })
  test.match(await claimControl(folder), {
    refusal: /^cannot open the control socket ".*\/control\.sock": (?:EISDIR|EPERM): .*unlink/u,
  })
  const other = newFolder()
  writeFileSync(join(other, 'control.lock'), '')
  test.match(await claimControl(other), { refusal: /is no folder; remove it$/u })
  test.strictSame(readdirSync(other), ['control.lock'])
})

void t.test('a folder that is not there or whose path is too long is refused in words', async (test) => {
  test.match(await claimControl('/nonexistent/folder'), {
    refusal: /^cannot open the control socket "\/nonexistent\/folder\/control\.sock": ENOENT: /u,
  })
  const long = join(newFolder(), 'x'.repeat(100))
  mkdirSync(long)
  test.match(await claimControl(long), {
    refusal:
      /^cannot open a control socket in ".*": the path is \d+ bytes too long for a socket; set PIDONE_RUNTIME_DIR/u,
  })
  test.strictSame(readdirSync(long), [])
})

void t.test('releasing removes nothing of a successor’s', async (test) => {
  const folder = newFolder()
  const claimed = await claimControl(folder)
  const successor = createServer()
  await new Promise<void>((resolve) => successor.listen(join(folder, 'control.lock', '1.other'), resolve))
  if (isClaim(claimed)) claimed.release()
  test.strictSame(readdirSync(join(folder, 'control.lock')), ['1.other'])
  successor.close()
})

void t.test('releasing again harms no successor', async (test) => {
  const folder = newFolder()
  const claimed = await claimControl(folder)
  if (isClaim(claimed)) claimed.release()
  const successor = await otherProcess(folder)
  const before = namesIn(folder)
  if (isClaim(claimed)) claimed.release()
  test.strictSame(namesIn(folder), before)
  await successor.kill()
})

void t.test('releasing leaves a socket that has come into the place of its own', async (test) => {
  const folder = newFolder()
  const claimed = await claimControl(folder)
  rmSync(join(folder, 'control.sock'))
  writeFileSync(join(folder, 'control.sock'), 'another')
  if (isClaim(claimed)) claimed.release()
  test.strictSame(readdirSync(folder), ['control.sock'])
})

void t.test('what killed starts left is swept, what lives or is not theirs stays', async (test) => {
  const folder = newFolder()
  mkdirSync(join(folder, '.claim-empty1'))
  mkdirSync(join(folder, '.claim-dead11'))
  const dead = await deadSocket(join(folder, '.claim-dead11', '1.dead11'))
  test.ok(existsSync(dead))
  mkdirSync(join(folder, '.claim-alive1'))
  const living = createServer().listen(join(folder, '.claim-alive1', '1.alive1'))
  await once(living, 'listening')
  mkdirSync(join(folder, '.claim-files1'))
  writeFileSync(join(folder, '.claim-files1', 'precious'), '')
  const claimed = await claimControl(folder)
  if (isClaim(claimed)) claimed.release()
  test.strictSame(namesIn(folder), [
    '.claim-alive1',
    '.claim-alive1/1.alive1',
    '.claim-files1',
    '.claim-files1/precious',
  ])
  living.close()
})

void t.test('who is swept away while he begins, begins again', async (test) => {
  const folder = newFolder()
  // As the winner of several that start at once does, and much more often.
  const script = `for (;;) for (const name of fs.readdirSync(${JSON.stringify(folder)}))
    try { if (name.startsWith('.claim-')) fs.rmdirSync(${JSON.stringify(`${folder}/`)} + name) } catch {}`
  const sweeper = spawn(process.execPath, ['-e', `console.log('sweeping'); ${script}`])
  test.teardown(() => sweeper.kill('SIGKILL'))
  await once(sweeper.stdout, 'data')
  const refusals: string[] = []
  for (let times = 0; times < 500; times += 1) {
    const claimed = await claimControl(folder)
    if (isClaim(claimed)) claimed.release()
    else refusals.push(claimed.refusal)
  }
  test.strictSame(refusals, [])
})

/** The file of a socket on which nobody listens any more. */
async function deadSocket(path: string): Promise<string> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  await once(spawn(process.execPath, ['-e', script]), 'exit')
  return path
}

void t.test('connections that closed before anybody asked for them are not handed over', async (test) => {
  const folder = newFolder()
  const claimed = await claimControl(folder)
  if (!isClaim(claimed)) throw new Error(claimed.refusal)
  const bystander = connect({ path: join(folder, 'control.sock'), allowHalfOpen: true })
  // Our own end is closed when the other one has answered that with its end.
  bystander.end()
  bystander.resume()
  await once(bystander, 'close')
  const waiting = connect(join(folder, 'control.sock'))
  await once(waiting, 'connect')
  waiting.write('x')
  const handed: Socket[] = []
  const first = new Promise<void>((resolve) => {
    claimed.onConnection((socket) => {
      handed.push(socket)
      socket.once('data', () => resolve())
    })
  })
  await first
  test.strictSame(
    handed.map(({ destroyed }) => destroyed),
    [false],
  )
  waiting.destroy()
  claimed.release()
})

const asRoot = { skip: process.geteuid?.() !== 0 && 'only root can give folders away' }

void t.test('a lock that a stranger made is no supervisor’s, alive or not', asRoot, async (test) => {
  const folder = newFolder()
  mkdirSync(join(folder, 'control.lock'))
  const server = createServer().listen(join(folder, 'control.lock', '1.stranger'))
  await once(server, 'listening')
  chownSync(join(folder, 'control.lock'), 12_345, 12_345)
  const refusal = `cannot open the control socket "${folder}/control.sock": "${folder}/control.lock" belongs to uid 12345; remove it`
  test.strictSame(await claimControl(folder), { refusal, by: 'us' })
  server.close()
  test.strictSame(await claimControl(folder), { refusal, by: 'us' })
  test.strictSame(readdirSync(folder), ['control.lock'])
})

void t.test('a folder in the place of the socket is named', async (test) => {
  const withFolder = newFolder()
  mkdirSync(join(withFolder, 'control.sock'))
  const socket = `"${withFolder}/control.sock"`
  const refusal = `cannot open the control socket ${socket}: ${socket} is a folder; remove it`
  test.strictSame(await claimControl(withFolder), { refusal, by: 'us' })
})

void t.test('of a supervisor that has our own pid only another container can be the home', async (test) => {
  const folder = newFolder()
  const first = await claimControl(folder)
  test.match(await claimControl(folder), {
    refusal: /^another supervisor of another container that shares this folder is already running: it has /,
  })
  if (isClaim(first)) first.release()
})

void t.test('a stranger’s living socket in the place is replaced', async (test) => {
  const folder = newFolder()
  const stranger = createServer().listen(join(folder, 'control.sock'))
  await once(stranger, 'listening')
  const claimed = await claimControl(folder)
  if (!isClaim(claimed)) throw new Error(claimed.refusal)
  const connection = new Promise<void>((resolve) => claimed.onConnection(() => resolve()))
  const client = connect(join(folder, 'control.sock'))
  await test.resolves(connection)
  client.destroy()
  claimed.release()
  stranger.close()
})

void t.test('what looks like a start that was killed is not followed elsewhere', async (test) => {
  const folder = newFolder()
  const elsewhere = newFolder()
  await deadSocket(join(elsewhere, 'dead'))
  symlinkSync(elsewhere, join(folder, '.claim-trap11'))
  const claimed = await claimControl(folder)
  if (isClaim(claimed)) claimed.release()
  test.strictSame([readdirSync(elsewhere), readdirSync(folder)], [['dead'], ['.claim-trap11']])
})

void t.test('once it is open to all every user can connect, by the one name that they can reach', async (test) => {
  const folder = newFolder()
  const claimed = await claimControl(folder)
  if (!isClaim(claimed)) throw new Error(claimed.refusal)
  claimed.openToAll()
  const mode = (name: string): number => lstatSync(join(folder, name)).mode & 0o777
  test.strictSame([mode('control.sock'), mode('control.lock')], [0o666, 0o700])
  claimed.release()
})
