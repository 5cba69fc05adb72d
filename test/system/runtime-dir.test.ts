import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import t from 'tap'
import { closedFolder } from '../../src/system/private-folder.ts'
import { makeRuntimeDir, type RuntimeDir } from '../../src/system/runtime-dir.ts'
import { projectDirs, runtimeDirsFor, type Surroundings } from '../../src/system/runtime-places.ts'

const uid = process.geteuid?.() ?? 0

function surroundings(environment: Surroundings['environment'] = {}): Surroundings & { readonly root: string } {
  const root = mkdtempSync(join(tmpdir(), 'runtime-'))
  return { root, environment, uid, run: join(root, 'run'), fallback: join(root, `pidone-${uid}`), init: () => null }
}

const never = (message: string): never => {
  throw new Error(message)
}

function make(from: Surroundings, project: string | null = null): ReturnType<typeof makeRuntimeDir> {
  return makeRuntimeDir({
    project: project === null ? null : { name: project, folder: `/home/me/${project}` },
    failed: never,
    surroundings: from,
  })
}

function made(from: Surroundings, project: string | null = null): RuntimeDir {
  const dir = make(from, project)
  if ('refusal' in dir) throw new Error(dir.refusal)
  return dir
}

function leave(dir: RuntimeDir): void {
  dir.removeFiles()
  dir.removeFolders()
}

const mode = (path: string): string => (lstatSync(path).mode & 0o777).toString(8)

void t.test(
  'the container’s folder may be passed through by all and changed by us only, whatever the umask',
  async (test) => {
    const from = surroundings()
    const umask = process.umask(0o077)
    const dir = made(from)
    process.umask(umask)
    test.strictSame([dir.path, dir.notifyDir], [from.run, join(from.run, 'notify')])
    test.equal(mode(dir.path), '711')
    dir.setReadyFile('present')
    dir.setReadyFile('present')
    test.equal(mode(join(dir.path, 'ready')), '600')
    dir.setReadyFile('absent')
    dir.setReadyFile('absent')
    test.notOk(existsSync(join(dir.path, 'ready')))
    dir.setReadyFile('present')
    leave(dir)
    leave(dir)
    test.strictSame(readdirSync(from.root), [])
  },
)

void t.test('a private folder takes the place of one that cannot be written', async (test) => {
  const from = surroundings()
  test.equal(made({ ...from, run: '/proc/pidone' }).path, from.fallback)
  test.equal(made({ ...from, run: '/dev/null/pidone' }).path, from.fallback)
})

void t.test('a trap in the place is not walked into', async (test) => {
  const from = surroundings()
  const elsewhere = join(from.root, 'elsewhere')
  mkdirSync(elsewhere)
  symlinkSync(elsewhere, from.run)
  test.equal(made(from).path, from.fallback)
  test.strictSame(readdirSync(elsewhere), [])
})

void t.test(
  'a folder of another user’s is refused',
  { skip: uid !== 0 && 'only root can give folders away' },
  async (test) => {
    const from = surroundings()
    for (const place of [from.run, from.fallback]) {
      mkdirSync(place)
      chownSync(place, 12_345, 12_345)
    }
    test.strictSame(make(from), {
      refusal: `cannot make a folder for run-time files: "${from.run}" belongs to uid 12345; "${from.fallback}" belongs to uid 12345; set PIDONE_RUNTIME_DIR to one`,
      by: 'us',
    })
    test.strictSame(runtimeDirsFor('/', from).includes(from.fallback), false, 'nor does a client believe in it')
  },
)

void t.test(
  'root believes what answers in the private folder of PID 1’s user only when that user made it',
  { skip: uid !== 0 && 'only root looks there' },
  async (test) => {
    const plain = surroundings()
    const folder = join(plain.root, 'pidone-12345')
    const from = { ...plain, init: () => ({ uid: 12_345, folder }) }
    test.strictSame(runtimeDirsFor('/', from), [from.run], 'it is not there: anybody could make it')
    mkdirSync(folder, { mode: 0o711 })
    chownSync(folder, 12_346, 12_346)
    test.strictSame(runtimeDirsFor('/', from), [from.run], 'another user’s')
    chownSync(folder, 12_345, 12_345)
    test.strictSame(runtimeDirsFor('/', from), [from.run, folder])
    chmodSync(folder, 0o733)
    test.strictSame(runtimeDirsFor('/', from), [from.run], 'others can change it')
  },
)

void t.test('a project in a folder that is not ours is nobody’s', async (test) => {
  const from = surroundings()
  const dir = made(from, 'shop')
  dir.moveIn()
  test.strictSame(runtimeDirsFor('/home/me/shop', from), [dir.path, from.run, from.fallback])
  chmodSync(from.fallback, 0o777)
  test.strictSame(runtimeDirsFor('/home/me/shop', from), [from.run])
})

void t.test('a folder of ours that others can change is mended', async (test) => {
  const from = surroundings()
  mkdirSync(from.run)
  chmodSync(from.run, 0o777)
  test.equal(mode(made(from).path), '711')
})

void t.test('who is at home in a folder notices nothing before the claim', async (test) => {
  const from = surroundings()
  const first = made(from, 'shop')
  first.moveIn()
  first.setReadyFile('present')
  chmodSync(first.path, 0o755)
  const read = (): readonly string[] => [
    mode(first.path),
    ...readdirSync(first.path),
    readFileSync(join(first.path, 'folder'), 'utf8'),
  ]
  const before = read()
  const other = made(from, 'shop')
  test.strictSame([other.path, ...read()], [first.path, ...before])
  other.moveIn()
  test.strictSame(read(), ['711', 'folder', '/home/me/shop'])
})

void t.test('a folder that is named is made with those above it, and nothing else is tried', async (test) => {
  const from = surroundings()
  const named = join(from.root, 'a', 'b')
  const dir = made({ ...from, environment: { PIDONE_RUNTIME_DIR: named } })
  test.equal(dir.path, named)
  leave(dir)
  test.strictSame(readdirSync(join(from.root, 'a')), [])
  test.strictSame(make({ ...from, environment: { PIDONE_RUNTIME_DIR: '/proc/pidone' } }), {
    refusal: 'cannot make a folder for run-time files: "/proc/pidone": ENOENT; set PIDONE_RUNTIME_DIR to another one',
    by: 'machine',
  })
})

void t.test(
  'those above a folder that is named can be passed and not changed by others, whatever the umask',
  async (test) => {
    for (const umask of [0o077, 0]) {
      const { root } = surroundings()
      chmodSync(root, 0o755)
      const before = process.umask(umask)
      const dir = made(surroundings({ PIDONE_RUNTIME_DIR: join(root, 'a', 'b', 'run') }))
      process.umask(before)
      const modes = [root, join(root, 'a'), join(root, 'a', 'b'), dir.path].map((path) => lstatSync(path).mode & 0o777)
      test.strictSame(modes, [0o755, 0o755, 0o755, 0o711])
    }
  },
)

void t.test('of a folder that is named only what is ours is removed', async (test) => {
  const from = surroundings()
  const named = join(from.root, 'named')
  mkdirSync(join(named, 'notify'), { recursive: true })
  writeFileSync(join(named, 'notify', 'precious'), '')
  const dir = made({ ...from, environment: { PIDONE_RUNTIME_DIR: relative('', named) } })
  test.equal(dir.path, named, 'absolute: services are told of paths in it')
  const server = createServer().listen(join(dir.notifyDir, 'web.sock'))
  await once(server, 'listening')
  leave(dir)
  test.strictSame(readdirSync(named, { recursive: true }), ['notify', 'notify/precious'])
  server.close()
})

void t.test('a folder that is named and was there keeps its mode, stays, and must be safe', async (test) => {
  const from = surroundings()
  const named = join(from.root, 'named')
  mkdirSync(named)
  chmodSync(named, 0o750)
  const dir = made({ ...from, environment: { PIDONE_RUNTIME_DIR: named } })
  leave(dir)
  test.equal(mode(named), '750')
  chmodSync(named, 0o1777)
  test.strictSame(make({ ...from, environment: { PIDONE_RUNTIME_DIR: named } }), {
    refusal: `cannot make a folder for run-time files: "${named}" can be changed by other users; set PIDONE_RUNTIME_DIR to another one`,
    by: 'us',
  })
  test.equal(lstatSync(named).mode & 0o7777, 0o1777)
})

void t.test('each project has its folder, and a client in the project’s folder finds it first', async (test) => {
  const root = mkdtempSync(join(tmpdir(), 'xdg-'))
  const from = surroundings({ XDG_RUNTIME_DIR: root })
  const shop = made(from, 'shop')
  const blog = made(from, 'blog')
  for (const dir of [shop, blog]) dir.moveIn()
  test.match(
    [shop.path, blog.path].map((path) => path.slice(root.length)),
    [/^\/pidone\/shop-[0-9a-f]{8}$/u, /^\/pidone\/blog-[0-9a-f]{8}$/u],
  )
  test.strictSame(runtimeDirsFor('/home/me/blog', from), [blog.path, from.run])
  test.strictSame(runtimeDirsFor('/home/me', from), [from.run])
  test.strictSame(runtimeDirsFor('/home/me/blog', { ...from, environment: { PIDONE_RUNTIME_DIR: '/x' } }), ['/x'])
  leave(shop)
  test.ok(existsSync(blog.path))
  leave(blog)
  test.strictSame(readdirSync(root), [])
})

void t.test('a project is at home under /tmp when there is no session', async (test) => {
  const from = surroundings()
  const dir = made(from, 'shop')
  dir.moveIn()
  test.equal(dirname(dir.path), from.fallback)
  test.strictSame(runtimeDirsFor('/home/me/shop', from)[0], dir.path)
})

void t.test('no project’s name leaves its place, and no two share one, nor one name in two folders', async (test) => {
  const from = surroundings()
  const names = [
    '..',
    '.',
    '.hidden',
    'a/b',
    'a-b',
    '../../etc',
    'x'.repeat(200),
    `${'x'.repeat(200)}y`,
    'é',
    'è',
    'a\0b',
  ]
  const projects = [...names.map((name) => ({ name, folder: '/' })), { name: 'a-b', folder: '/b' }]
  const paths = projects.flatMap((project) => projectDirs(from, project))
  test.equal(new Set(paths).size, projects.length)
  test.ok(
    paths.every((path) => /^[A-Za-z0-9_-]{1,33}$/u.test(path.slice(from.fallback.length + 1))),
    paths.join('\n'),
  )
})

void t.test('a ready file that cannot be made is told', async (test) => {
  const from = surroundings()
  const messages: string[] = []
  const dir = makeRuntimeDir({ project: null, failed: (message) => messages.push(message), surroundings: from })
  if ('refusal' in dir) throw new Error(dir.refusal)
  leave(dir)
  dir.setReadyFile('present')
  test.strictSame(messages, [`cannot open "${from.run}/ready": ENOENT`])
})

const asRoot = { skip: uid !== 0 && 'only root can give folders away' }

void t.test('no folder is made where a stranger could put another in its place', asRoot, async (test) => {
  const from = surroundings()
  const refusal = (environment: Surroundings['environment'], who = 0): unknown =>
    make({ ...from, uid: who, environment: { PIDONE_RUNTIME_DIR: join(from.root, 'a', 'run'), ...environment } })
  mkdirSync(join(from.root, 'a'))
  chmodSync(join(from.root, 'a'), 0o777)
  const way = 'set PIDONE_RUNTIME_DIR to another one'
  test.strictSame(refusal({}), {
    refusal: `cannot make a folder for run-time files: other users can rename what is in "${from.root}/a", which has no sticky bit ("chmod +t"); ${way}`,
    by: 'us',
  })
  chmodSync(join(from.root, 'a'), 0o1777)
  test.match(refusal({}), { path: join(from.root, 'a', 'run') })
  chownSync(join(from.root, 'a'), 12_345, 12_345)
  const belongs = `cannot make a folder for run-time files: "${from.root}/a", which is around it, belongs to uid 12345; ${way}`
  test.strictSame(refusal({}), { refusal: belongs, by: 'us' })
  mkdirSync(join(from.root, 'a', 'b'))
  test.strictSame(
    refusal({ PIDONE_RUNTIME_DIR: join(from.root, 'a', 'b', 'run') }),
    { refusal: belongs, by: 'us' },
    'further up',
  )
  symlinkSync(join(from.root, 'a'), join(from.root, 'link'))
  test.strictSame(
    refusal({ PIDONE_RUNTIME_DIR: join(from.root, 'link', 'run') }),
    { refusal: belongs, by: 'us' },
    'by a link',
  )
  chownSync(from.root, 12_345, 12_345)
  test.match(refusal({}, 12_345), { path: join(from.root, 'a', 'run') }, 'he himself may')
  chmodSync(join(from.root, 'a'), 0o777)
  test.match(refusal({}, 12_345), { path: join(from.root, 'a', 'run') }, 'without the bit only root is refused')
})

void t.test(
  'a link on the way is followed once: whoever turns it elsewhere later turns nothing of ours',
  async (test) => {
    const from = surroundings()
    for (const name of ['ours', 'elsewhere', 'elsewhere/run']) mkdirSync(join(from.root, name))
    symlinkSync(join(from.root, 'ours'), join(from.root, 'link'))
    const dir = made({ ...from, environment: { PIDONE_RUNTIME_DIR: join(from.root, 'link', 'run') } })
    unlinkSync(join(from.root, 'link'))
    symlinkSync(join(from.root, 'elsewhere'), join(from.root, 'link'))
    dir.setReadyFile('present')
    test.strictSame(
      [dir.path, dir.notifyDir],
      ['run', 'run/notify'].map((name) => join(from.root, 'ours', name)),
    )
    test.strictSame(
      ['ours/run', 'elsewhere/run'].map((name) => readdirSync(join(from.root, name))),
      [['ready'], []],
    )
  },
)

void t.test('the session’s folder of somebody else is passed over', asRoot, async (test) => {
  const session = mkdtempSync(join(tmpdir(), 'xdg-'))
  chownSync(session, 12_345, 12_345)
  const from = surroundings({ XDG_RUNTIME_DIR: session })
  test.equal(dirname(made(from, 'shop').path), from.fallback)
  test.strictSame(readdirSync(session), [])
})

void t.test(
  'what strangers put into the folder while they could is neither written to nor waited for',
  async (test) => {
    const from = surroundings()
    const victim = join(from.root, 'victim')
    writeFileSync(victim, 'kept')
    for (const trap of [
      (path: string) => symlinkSync(victim, path),
      (path: string) => execFileSync('mkfifo', [path]),
    ]) {
      mkdirSync(join(from.fallback, folderOfShop(from)), { recursive: true })
      chmodSync(join(from.fallback, folderOfShop(from)), 0o777)
      for (const name of ['ready', 'folder']) trap(join(from.fallback, folderOfShop(from), name))
      const dir = made(from, 'shop')
      dir.setReadyFile('present')
      dir.moveIn()
      test.equal(readFileSync(join(dir.path, 'folder'), 'utf8'), '/home/me/shop')
      dir.setReadyFile('present')
      test.ok(lstatSync(join(dir.path, 'ready')).isFile())
      test.equal(readFileSync(victim, 'utf8'), 'kept')
      leave(dir)
    }
  },
)

function folderOfShop(from: Surroundings): string {
  const [dir = ''] = projectDirs(from, { name: 'shop', folder: '/home/me/shop' })
  return relative(from.fallback, dir)
}

void t.test('the first folder on the way that nobody else can pass is found', async (test) => {
  const { root } = surroundings()
  mkdirSync(join(root, 'a', 'b'), { recursive: true })
  test.equal(closedFolder(join(root, 'a', 'b')), root, 'made for us alone')
  chmodSync(root, 0o711)
  test.equal(closedFolder(join(root, 'a', 'b')), null)
  chmodSync(join(root, 'a'), 0o710)
  test.equal(closedFolder(join(root, 'a', 'b')), null, 'a group can')
  chmodSync(join(root, 'a'), 0o700)
  test.equal(closedFolder(join(root, 'a', 'b')), join(root, 'a'))
})
