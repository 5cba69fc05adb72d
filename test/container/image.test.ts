import { appendFileSync, cpSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { ROOT } from '../pid1/support/requirements.ts'
import { build } from './build.ts'
import { script, whyNotImages } from './scripts.ts'
import { smoke } from './smoke.ts'
import { trySnippets } from './snippets.ts'

/** From nothing it takes four minutes. */
t.comment('timeout=480000')
const skip = await whyNotImages()

/** Other tests run beside: it must not be all too slow, and the sizes have to be right. */
const TIMES = ['--first-start', '10', '--start', '5', '--stop', '5']

await t.test('the all-in-one image is fit for production', { skip, timeout: 400_000 }, async (test) => {
  await build('Dockerfile', 'localhost/pidone-test')
  await smoke(test, [...TIMES, 'localhost/pidone-test'])
})

await t.test('a change of the app rebuilds nothing but the app', { skip, timeout: 400_000 }, async (test) => {
  const context = copyOfTree(test.testdir())
  appendFileSync(join(context, 'examples/app/server.js'), '// changed\n')
  const steps = await build('Dockerfile', 'localhost/pidone-changed', [], context)
  await script('test/container/podman', ['rmi', 'localhost/pidone-changed'])
  const made = steps.filter(({ cached }) => !cached).map(({ line }) => line)
  test.comment(made)
})

await t.test('the image with the official Node 24 has its size', { skip, timeout: 400_000 }, async (test) => {
  await build('Dockerfile', 'localhost/pidone-test-node24', ['--build-arg', 'NODE=node24'])
  await smoke(test, [...TIMES, '--size', '200', '--gzip', '77', 'localhost/pidone-test-node24'])
})

await t.test('the image to build on is Node and the supervisor', { skip, timeout: 400_000 }, async (test) => {
  await build('Dockerfile.base', 'localhost/pidone-test-base')
  await smoke(test, [...TIMES, '--size', '400', 'localhost/pidone-test-base'])
})

await t.test('each Dockerfile of the pages can be built and run', { skip, timeout: 400_000 }, async (test) => {
  await script('test/container/podman', ['tag', 'localhost/pidone-test-base', 'localhost/pidone'])
  await trySnippets(test)
})

function copyOfTree(folder: string): string {
  const without = new Set(['.git', '.tap', 'coverage', 'data', 'dist', 'node_modules'])
  cpSync(ROOT, folder, { recursive: true, filter: (path) => !without.has(basename(path)) })
  return folder
}
