import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import t, { type Test } from 'tap'
import { ROOT } from '../pid1/support/requirements.ts'
import { build } from './build.ts'
import { commandsOfImage } from './image-commands.ts'
import { script, whyNotImages } from './scripts.ts'
import { smoke } from './smoke.ts'
import { trySnippets } from './snippets.ts'

/** From nothing it takes four minutes. */
const WITHIN_MS = 480_000
t.setTimeout(WITHIN_MS)
// For tap, which waits for this process.
t.comment(`timeout=${WITHIN_MS}`)
const skip = await whyNotImages()

const LAYERS = '{{range .RootFS.Layers}}{{println .}}{{end}}'
const PARTS = [
  '.dockerignore',
  'LICENSE',
  'bin',
  'docker',
  'examples',
  'package-lock.json',
  'package.json',
  'scripts',
  'src',
  'tsconfig.base.json',
]

/** Other tests run beside: it must not be all too slow, and the sizes have to be right. */
const TIMES = ['--ready', '60', '--first-start', '15', '--start', '10', '--stop', '10']

await t.test('the all-in-one image is fit for production', { skip, timeout: 400_000 }, async (test) => {
  await build('Dockerfile', 'localhost/pidone-test')
  await smoke(test, [...TIMES, 'localhost/pidone-test'])
})

await t.test('each command that its scripts use is in the image', { skip, timeout: 60_000 }, async (test) => {
  const missing = 'for name; do command -v "$name" >/dev/null || echo "$name"; done'
  const shell = ['run', '--rm', '--network', 'none', '--entrypoint', 'sh', 'localhost/pidone-test', '-c', missing, 'sh']
  const { status, stdout } = await script('test/container/podman', [...shell, ...commandsOfImage(), 'no-such-command'])
  test.strictSame({ status, stdout }, { status: 0, stdout: 'no-such-command\n' })
})

await t.test('a change of the app rebuilds nothing but the app', { skip, timeout: 400_000 }, async (test) => {
  const context = copyOfTree(test)
  appendFileSync(join(context, 'examples/app/server.js'), `// ${Date.now()}\n`)
  const steps = await build('Dockerfile', 'localhost/pidone-changed', [], context)
  const made = steps.filter(({ cached }) => !cached).map(({ line }) => line)
  test.strictSame(
    made.filter((line) => line.startsWith('RUN ')).map((line) => line.split(/ +&& /)[0]),
    ['RUN npm run build', "RUN find node_modules -type f ! -name package.json ! -iname 'licen[cs]e*' -delete"],
    'only the app is built',
  )
  // buildah 1.28 runs stages in any order, and copies once more from one that it came to too early: the same layer again.
  const before = (await inspect('localhost/pidone-test', LAYERS)).split('\n')
  const after = (await inspect('localhost/pidone-changed', LAYERS)).split('\n')
  await script('test/container/podman', ['rmi', 'localhost/pidone-changed'])
  test.strictSame(after.slice(0, 2), before.slice(0, 2), 'the layers of the databases and the supervisor are the same')
})

/** Of what the Dockerfile copies. */
function copyOfTree(test: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'tree-'))
  test.teardown(() => rmSync(folder, { recursive: true }))
  for (const part of PARTS) {
    cpSync(join(ROOT, part), join(folder, part), {
      recursive: true,
      preserveTimestamps: true,
      filter: (path) => basename(path) !== 'node_modules',
    })
  }
  return folder
}

await t.test(
  'the image with the official Node 24 starts, and has its size',
  { skip, timeout: 400_000 },
  async (test) => {
    await build('Dockerfile', 'localhost/pidone-test-node24', ['--build-arg', 'NODE=node24'])
    await smoke(test, [...TIMES, '--brief', '--size', '200', '--gzip', '77', 'localhost/pidone-test-node24'])
  },
)

await t.test('the image to build on is Node and the supervisor', { skip, timeout: 400_000 }, async (test) => {
  await build('Dockerfile.base', 'localhost/pidone-test-base')
  const limit = Number(await inspect('docker.io/library/node:24-trixie-slim', '{{.Size}}')) / 1e6 + 12
  await smoke(test, [...TIMES, '--size', String(limit), '--gzip', '100', 'localhost/pidone-test-base'])
})

await t.test('each Dockerfile of the pages can be built and run', { skip, timeout: 400_000 }, async (test) => {
  await script('test/container/podman', ['tag', 'localhost/pidone-test-base', 'localhost/pidone'])
  await trySnippets(test)
})

async function inspect(image: string, format: string): Promise<string> {
  const { stdout } = await script('test/container/podman', ['image', 'inspect', '--format', format, image])
  return stdout.trim()
}
