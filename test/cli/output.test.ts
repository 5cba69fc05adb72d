import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { fake, json, line, runShell, streaming } from './support.ts'

/** More than any pipe or socket takes at once. */
const MANY = Array.from({ length: 10_000 }, (_, n) => line(n, 'app', `line ${n} ${'.'.repeat(100)}`))
const BYTES = MANY.map(({ service, text }) => `${service} | ${text}\n`.length).reduce((sum, length) => sum + length, 0)

/** Reads nothing until whoever writes has had the time to leave. */
const LATE = '(sleep 0.5; wc -c)'

void t.test('a pipe that is read late gets all that was printed', async (test) => {
  const { folder } = await fake(test, streaming(MANY))
  test.strictSame(await runShell(folder, `supervisor logs | ${LATE}`), { status: 0, out: `${BYTES}\n`, err: '' })
  test.strictSame(await runShell(folder, `supervisor logs -f | ${LATE}`), { status: 0, out: `${BYTES}\n`, err: '' })
})

void t.test('so does one that is not to be waited for', async (test) => {
  const { folder } = await fake(test, streaming(MANY))
  // Node sets O_NONBLOCK on a pipe, and cannot take it back when it is killed.
  const unblock = `"${process.execPath}" -e 'process.stdout; process.kill(process.pid, "SIGKILL")'`
  const { status, out } = await runShell(folder, `(${unblock}; supervisor logs) | ${LATE}`)
  test.strictSame([status, out], [0, `${BYTES}\n`])
})

void t.test('what cannot be written is told, with status 1', async (test) => {
  const { folder } = await fake(test, streaming(MANY))
  const err = 'supervisor: cannot write to stdout: ENOSPC\n'
  test.strictSame(await runShell(folder, 'supervisor logs >/dev/full'), { status: 1, out: '', err })
  test.strictSame(await runShell(folder, 'supervisor --help >/dev/full'), { status: 1, out: '', err })
})

void t.test('a reader who has enough changes no status', async (test) => {
  const unwell = { name: 'shop', state: 'degraded', services: [{ name: 'app', state: 'failed', well: false }] }
  const { folder } = await fake(test, () => json(unwell))
  const script = '(supervisor status --json; echo $? >&2) | true'
  test.strictSame(await runShell(folder, script), { status: 0, out: '', err: '1\n' })
})

const FILE = 'services: {app: {type: oneshot, command: echo done, on_success: shutdown}}'
const WARNED = `${FILE}\nname: "\${NOT_SET}x"\n`

for (const [command, text] of [
  ['--version', FILE],
  ['check -f services.yaml', WARNED],
  ['status', FILE],
  ['nosuch', FILE],
  ['up -f services.yaml', WARNED],
  ['init -f services.yaml', WARNED],
] as const) {
  void t.test(`"${command}" leaves its caller’s stdout and stderr as they were`, async (test) => {
    const folder = mkdtempSync(join(tmpdir(), 'output-'))
    writeFileSync(join(folder, 'services.yaml'), text)
    // O_NONBLOCK is 04000; access modes and O_CLOEXEC may differ.
    const flags = 'grep ^flags /proc/self/fdinfo/5 5>&1 >>flags; grep ^flags /proc/self/fdinfo/5 5>&2 >>flags'
    const calls = `(cd ${folder}; supervisor ${command}; ${flags})`
    const { out } = await runShell(folder, `{ { ${calls} | cat; } 2>&1 | cat; } >/dev/null; cat ${folder}/flags`)
    test.equal(out, 'flags:\t01\nflags:\t01\n')
  })
}
