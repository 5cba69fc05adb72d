import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'
import { script, whyNotImages } from './scripts.ts'

const skip = await whyNotImages()

const TWO_LAYERS = 'FROM scratch\nCOPY one /\nCOPY two /\n'

await t.test('a build that was killed does not keep a large cache from being tidied up', { skip }, async (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'cache-'))
  const cache = { XDG_CACHE_HOME: folder, PIDONE_CACHE_MEGABYTES: '0' }
  for (const [name, content] of Object.entries({ Dockerfile: TWO_LAYERS, one: '1', two: '2' })) {
    writeFileSync(join(folder, name), content)
  }
  const buildah = (...args: string[]) => script('test/container/buildah', args, cache)
  const store = await buildah('info', '--format', '{{.store.RunRoot}} {{.store.GraphDriverName}}')
  const [running = '', driver = ''] = store.stdout.trim().split(' ')
  test.teardown(() => {
    for (const path of [folder, dirname(running)]) rmSync(path, { recursive: true })
  })
  const images = async () => (await buildah('images', '--all', '--quiet', '--no-trunc')).stdout.trim().split('\n')

  await buildah('build-using-dockerfile', '--layers', folder)
  const [, first = ''] = await images()
  await buildah('from', first)
  const unwritten = (await buildah('from', first)).stdout.trim()
  const id = (await buildah('inspect', '--format', '{{.ContainerID}}', unwritten)).stdout.trim()
  rmSync(join(folder, `pidone/images/storage/${driver}-containers`, id, 'userdata/buildah.json'))
  test.match(await script('test/container/tidy', [], cache), { status: 0, stderr: '' })
  test.strictSame(await images(), [''], 'none is left')
})
