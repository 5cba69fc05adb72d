import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { script } from './scripts.ts'

/** The ends of `layers.sh` with an engine that tells of two layers, and saves an image by these lines of a shell. */
async function layers(test: Test, save: string): ReturnType<typeof script> {
  const engine = join(test.testdir(), 'engine')
  const history = "printf '%s|%s\\n' '2.5 MB' 'COPY app' 0B 'ENV A=1' 500kB 'RUN true'"
  writeFileSync(engine, `#!/bin/sh\ncase $1 in history) ${history} ;; save) ${save} ;; esac\n`, { mode: 0o755 })
  return script('docker/layers.sh', ['shop'], { ENGINE: engine })
}

void t.test('the layers are told from the oldest on, with the sizes of the whole', async (test) => {
  const { status, stdout } = await layers(test, 'head -c 2000000 /dev/urandom')
  const table = '| MB | layer |\n| ---: | --- |\n| 0.5 | `RUN true` |\n| 2.5 | `COPY app` |\n'
  test.strictSame({ status, stdout }, { status: 0, stdout: `### shop\n\n3.0 MB unpacked, 2.0 MB as gzip\n\n${table}` })
})

void t.test('an image that cannot be saved has no size', async (test) => {
  const { status, stdout } = await layers(test, 'echo half; exit 3')
  test.strictSame({ status, stdout }, { status: 3, stdout: '' })
})
