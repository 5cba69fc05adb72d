import { spawnSync } from 'node:child_process'
import t from 'tap'

const PROGRAM = `
const { replaceStderr } = await import(${JSON.stringify(new URL('../../src/cli/own-stderr.js', import.meta.url).href)})
process.on('uncaughtException', (error) => { console.log(error.stack) })
replaceStderr()
process.emitWarning('careful', { code: 'PIDONE' })
console.error('here')
`

void t.test("Node's own warnings are told, and are no exception", async (test) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    encoding: 'utf8',
  })
  test.strictSame({ status, stdout }, { status: 0, stdout: '' })
  test.match(stderr, /^here$/m)
  test.match(stderr, /\[PIDONE\] Warning: careful$/m)
})
