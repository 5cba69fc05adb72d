import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { script } from './scripts.ts'

const SAVE = 'cd "${0%/*}" && tar -cf - .'

/** The ends of `layers.sh` with an engine that tells of three steps, and saves these files by this line of a shell. */
async function layers(test: Test, save: string, files: Parameters<Test['testdir']>[0] = {}): ReturnType<typeof script> {
  const folder = test.testdir(files)
  const history = "printf '%s|%s\\n' 2MB 'COPY app' 0B 'ENV A=1' '500 kB' 'RUN true'"
  const engine = `case $1 in history) ${history} ;; save) ${save} ;; esac\n`
  writeFileSync(join(folder, 'engine'), engine)
  return script('docker/layers.sh', ['shop'], { ENGINE: `sh ${folder}/engine` })
}

void t.test('the layers are told from the oldest on, with the sizes of the whole', async (test) => {
  // One as podman has them, one as it lies in a registry; what else there is counts for nothing.
  const { status, stdout } = await layers(test, SAVE, {
    'manifest.json': '[{"Config": "config", "Layers": ["a.tar",\n "blobs/b", "a.tar"]}]',
    'a.tar': randomBytes(2_000_000),
    blobs: { b: gzipSync(Buffer.alloc(500_000)) },
    config: randomBytes(100_000),
  })
  const table = '| size | layer |\n| ---: | --- |\n| 500 kB | `RUN true` |\n| 2MB | `COPY app` |\n'
  test.strictSame({ status, stdout }, { status: 0, stdout: `### shop\n\n2.5 MB unpacked, 2.0 MB as gzip\n\n${table}` })
})

void t.test('an image that cannot be saved has no size', async (test) => {
  const { status, stdout } = await layers(test, 'echo half; exit 3')
  test.strictSame({ status, stdout }, { status: 3, stdout: '' })
})

void t.test('an image without its layers has no size', async (test) => {
  test.strictSame(await layers(test, SAVE, { 'manifest.json': '[{"Layers": ["a.tar"]}]' }), {
    status: 1,
    stdout: '',
    stderr: 'cannot measure "shop": no layer "a.tar" in what the engine saved\n',
  })
})
