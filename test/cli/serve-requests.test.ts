import { mkdtempSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { serveRequests } from '../../src/cli/serve-requests.ts'
import { claimControl } from '../../src/system/control-claim.ts'
import { callControl } from '../../src/system/control-client.ts'
import { makeRuntimeDir } from '../../src/system/runtime-dir.ts'
import { SURROUNDINGS } from '../../src/system/runtime-places.ts'
import { config } from '../core/support.ts'
import { supervised } from '../daemon/supervised.ts'

void t.test('where the socket cannot be opened to others, those who may anyway are served', async (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'serve-'))
  const surroundings = { ...SURROUNDINGS, environment: { PIDONE_RUNTIME_DIR: folder } }
  const runtimeDir = makeRuntimeDir({ project: null, failed: () => {}, surroundings })
  if ('refusal' in runtimeDir) throw new Error(runtimeDir.refusal)
  const claim = await claimControl(runtimeDir.path)
  if ('refusal' in claim) throw new Error(claim.refusal)
  // Somebody has cleared the folder away.
  renameSync(join(folder, 'control.lock'), join(folder, 'gone'))
  const warnings: string[] = []
  const warn = (message: string): void => void warnings.push(message)
  const end = await serveRequests(
    { ...supervised(config()), project: 'shop', failed: warn, redact: (text) => text, secretNames: new Set() },
    { claim, runtimeDir, allow: { users: new Map([[1000, 'read']]), groups: new Map() }, warn },
  )
  test.match(warnings, [/^"control\.allow" lets nobody in: ENOENT: .*chmod '.*control\.lock/u])
  const health = {
    sockets: [join(folder, 'control.sock')],
    method: 'GET',
    path: '/v1/health',
    timeoutMs: 5000,
  } as const
  test.match(await callControl(health), { kind: 'answered', status: 200 })
  await end(1000)
  claim.release()
})
