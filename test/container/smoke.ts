import type { Test } from 'tap'
import { join } from 'node:path'
import { ROOT } from '../pid1/support/requirements.ts'
import { script } from './scripts.ts'

/** Asserts every line of `docker/smoke.sh`. */
export async function smoke(test: Test, args: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await script('docker/smoke.sh', args, {
    ENGINE: join(ROOT, 'test', 'container', 'podman'),
  })
  const [first = '', ...reports] = stdout.split(/^(?=ok|not ok|#)/m)
  for (const report of [first, ...reports]) {
    const [line = '', ...details] = report.trimEnd().split('\n')
    if (line.startsWith('#')) continue
    if (details.length > 0) test.comment(details.join('\n'))
    test.ok(line.startsWith('ok - '), line.replace(/^(not )?ok - /, ''))
  }
  test.strictSame({ status, stderr }, { status: 0, stderr: '' })
}
