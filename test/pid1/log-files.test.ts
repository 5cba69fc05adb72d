import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { makeFolder, startContainer } from './support/container.ts'
import { signalProcess } from './support/processes.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'

const skip = UNLESS_PID_1

/** The number of an old file; 0 for the one that is written. */
const rank = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0)

/** What the outputs of a process are. */
const outputsOf = (pid: number): readonly string[] => [1, 2].map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))

/** The words that run a program of a service in Node, whose writes are whole when they return. */
const node = (program: string): readonly string[] => [process.execPath, '-e', program]

void t.test(
  'services share a file that is rotated, and no line of theirs is torn, mixed or lost',
  { skip },
  async (test) => {
    const count = 20_000
    const program = `
    let rest = ''
    for (let n = 0; n < ${count}; n += 1) {
      rest += n + ' ' + 'x'.repeat(n % 97) + '\\n'
      if (rest.length > 1500) { require('fs').writeSync(1, rest.slice(0, 1333)); rest = rest.slice(1333) }
    }
    require('fs').writeSync(1, rest)`
    const service = { type: 'oneshot', command: node(program) }
    const made = makeFolder(test)
    mkdirSync(join(made, 'logs'))
    const container = await startContainer(test, {
      folder: made,
      file: JSON.stringify({
        logs: { stdout: false, file: 'logs/all.log', rotate: { max_size: '200k', max_files: 100 } },
        services: { a: service, b: service },
      }),
    })
    const { status } = await container.end(60_000)
    test.equal(status, 0)
    const folder = join(container.folder, 'logs')
    const names = readdirSync(folder)
    const lines = names
      .toSorted((one, other) => rank(other) - rank(one))
      .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
      .map(({ name, bytes }) => (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString())
      .flatMap((text) => text.split('\n').filter((line) => line !== ''))
    for (const name of ['a', 'b']) {
      const own = lines.filter((line) => line.startsWith(`${name} `))
      test.equal(own.length, count)
      test.ok(own.every((line, n) => line === `${name}          | ${n} ${'x'.repeat(n % 97)}`))
    }
    test.ok(names.length > 5)
    test.strictSame(
      lines.filter((line) => !/^(?:a|b|supervisor) +\| /.test(line)),
      [],
    )
  },
)

void t.test('what a service has written when SIGKILL ends it in a burst is in its file', { skip }, async (test) => {
  // It notes each line once that is written.
  const program = `
    const fs = require('fs')
    const notes = fs.openSync('notes', 'w')
    for (let n = 1; ; n += 1) { fs.writeSync(1, n + '\\n'); fs.writeSync(notes, n + '\\n', 0) }`
  const container = await startContainer(test, {
    file: JSON.stringify({
      services: { a: { command: node(program), restart: 'no', logs: { file: 'a.log', prefix: false } } },
    }),
  })
  await container.line(/^5000$/)
  const { pid } = await container.service('a')
  signalProcess(container.processOf(pid ?? 0)?.pid ?? 0, 'SIGKILL')
  await container.end()
  const noted = Number(readFileSync(join(container.folder, 'notes'), 'utf8').split('\n')[0])
  const lines = readFileSync(join(container.folder, 'a.log'), 'utf8').trimEnd().split('\n')
  test.ok(lines.every((line, index) => line === String(index + 1)))
  test.ok(noted >= 4999 && lines.length >= noted, `${lines.length} lines of ${noted}`)
  test.ok(container.output.all(/^\d+$/).length >= noted)
})

void t.test('all that is said in the last moment is in the file when the container ends', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: JSON.stringify({
      services: {
        a: {
          script: "trap 'seq 100000; exit 0' TERM; echo ready; sleep 1000 & wait",
          logs: { stdout: false, file: 'a.log', prefix: false },
          ready: { log: '^ready' },
        },
      },
    }),
  })
  await container.line(/a: ready/)
  container.signal('SIGTERM')
  const { status } = await container.end()
  test.equal(status, 0)
  const lines = readFileSync(join(container.folder, 'a.log'), 'utf8').trimEnd().split('\n')
  test.strictSame([lines.length, lines[0], lines[1], lines.at(-1)], [100_001, 'ready', '1', '100000'])
})

void t.test(
  'SIGUSR1 opens the files anew: what others have renamed is complete, and so is what comes',
  { skip },
  async (test) => {
    const program = `
    let n = 0
    const write = () => { for (let i = 0; i < 50; i += 1) require('fs').writeSync(1, ++n + '\\n'); setImmediate(write) }
    process.on('SIGTERM', () => process.exit(0))
    write()`
    const container = await startContainer(test, {
      file: JSON.stringify({
        services: { a: { command: node(program), logs: { stdout: false, file: 'a.log', prefix: false } } },
      }),
    })
    const path = join(container.folder, 'a.log')
    for (let round = 1; round <= 5; round += 1) {
      await until('lines', () => existsSync(path) && readFileSync(path).length > 1000)
      renameSync(path, `${path}.${round}`)
      container.signal('SIGUSR1')
      await until('a new file', () => existsSync(path))
    }
    container.signal('SIGTERM')
    await container.end()
    const names = ['a.log.1', 'a.log.2', 'a.log.3', 'a.log.4', 'a.log.5', 'a.log']
    const texts = names.map((name) => readFileSync(join(container.folder, name), 'utf8'))
    const lines = texts.join('').trimEnd().split('\n')
    test.ok(lines.every((line, index) => line === String(index + 1)))
    test.ok(texts.every((text) => text === '' || text.endsWith('\n')))
    test.match(container.output.text(), /a: running, pid \d+/, 'the status is told too')
  },
)

void t.test('a full disk is told once, services run on, and lines go on when there is room', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  disk:
    type: oneshot
    script: 'mkdir disk; mount -t tmpfs -o size=64k none disk; head -c 32768 /dev/zero > disk/ballast'
  a:
    script: |
      n=0
      while [ ! -e go ]; do n=$$((n + 1)); echo a line of some length $$n; done
      rm disk/ballast
      while :; do n=$$((n + 1)); echo a line of some length $$n; sleep 0.02; done
    depends_on: [disk]
    logs: {stdout: false, prefix: false, file: disk/a.log}
`,
  })
  const { text } = await container.line(/cannot write to ".*a\.log"/)
  test.match(text, /ENOSPC: no space left on the device; free some, or keep fewer and smaller files$/)
  test.equal((await container.service('a')).state, 'running')
  writeFileSync(join(container.folder, 'go'), '')
  const { match } = await container.line(/a\.log" is written again; (\d+) lines \(.*\) for it were lost$/)
  // The disk is seen from inside.
  const inside = `/proc/${container.pid}/root${join(container.folder, 'disk', 'a.log')}`
  const lines = (): readonly string[] => readFileSync(inside, 'utf8').trimEnd().split('\n')
  await until(
    'more lines',
    () => lines().length > 2 && numberOf(lines().at(-1)) > numberOf(lines()[0]) + Number(match[1]),
  )
  const numbers = lines().map(numberOf)
  const gaps = numbers.filter((number, index) => index > 0 && number !== (numbers[index - 1] ?? 0) + 1)
  test.ok(gaps.length >= 1)
  test.equal(container.output.all(/cannot write to/).length, 1)
  container.signal('SIGTERM')
  await container.end()
})

void t.test('what the supervisor says goes to stderr when its only file cannot be written', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
logs: {stdout: false, file: /no/folder/own.log}
services:
  a: {script: 'echo out of order; exit 3', restart: no, on_failure: shutdown}
`,
  })
  const { status } = await container.end()
  test.equal(status, 3)
  const said = container.output.text().split('\n')
  const ofFile = said.filter((line) => line.includes('"/no/folder/own.log"'))
  test.match(ofFile, [/: cannot write to /, /: \d+ lines \(.*\) are missing in /])
  test.equal(ofFile.length, 2)
  test.strictSame(
    said.filter((line) => !ofFile.includes(line)),
    [
      'supervisor | a: starting',
      'supervisor | error: a: failed: exited with 3',
      'supervisor | error: shutting down: "a" has failed',
      'supervisor | error: a: failed: exited with 3; its last lines:',
      'supervisor | error:   out of order',
      'supervisor | ended with status 3: "a" has failed',
      '',
    ],
  )
})

/** The number at the end of a line. */
function numberOf(line = ''): number {
  return Number(/\d+$/.exec(line)?.[0])
}

void t.test(
  '"logs: inherit" gives a service the container\'s own outputs, and nothing of it is remembered',
  { skip },
  async (test) => {
    const container = await startContainer(test, {
      file: `
services:
  a:
    script: 'echo direct; ls -l /proc/self/fd; exec sleep 1000'
    logs: inherit
  b: {script: 'echo hello; exec sleep 1000'}
`,
    })
    await container.line(/^direct$/)
    const { pid } = await container.service('a')
    const outside = container.processOf(pid ?? 0)?.pid ?? 0
    test.strictSame(outputsOf(outside), outputsOf(container.pid))
    test.equal(readlinkSync(`/proc/${outside}/fd/0`), '/dev/null')
    test.equal(readFileSync(`/proc/${outside}/stat`, 'utf8').split(' ')[5], String(outside), 'a session of its own')
    const { stdout } = await container.supervisor('logs')
    test.match(stdout, /hello/)
    test.notMatch(stdout, /direct/)
    container.signal('SIGTERM')
    test.equal((await container.end()).status, 0)
  },
)

void t.test(
  'what is said on the output of a file that cannot be written is JSON where lines are',
  { skip },
  async (test) => {
    const logs = { format: 'json', stdout: false, file: 'missing/own.log' }
    const services = { a: { type: 'oneshot', command: 'true' } }
    const container = await startContainer(test, { file: JSON.stringify({ logs, services }) })
    await container.end()
    const path = JSON.stringify(join(container.folder, 'missing/own.log'))
    const lines = container.output.text().trimEnd().split('\n')
    const messages = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    test.strictSame(
      messages
        .filter(({ level }) => level !== 30)
        .map(({ level, service, msg }) => [level, service, String(msg).replace(/,.*|^\d+ lines \(.*\) /g, '')]),
      [
        [40, 'supervisor', `cannot write to ${path}`],
        [40, 'supervisor', `are missing in ${path}`],
      ],
    )
  },
)
