import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { makeFolder, startContainer, type Container } from '../support/container.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { until } from '../support/until.ts'
import { IDLE, shell, written } from '../support/written.ts'

const skip = UNLESS_PID_1

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`

/** A line of a hundred bytes, its end included, for each number. */
const NUMBERED = "seq -f '%099.0f'"

t.jobs = 3

/** A service that says something and stays, ready once it has said all of it. */
function says(script: string, logs?: object | string): object {
  const ready = logs === 'inherit' ? {} : { ready: { log: 'said$$' } }
  return { script: shell(`${script}; echo said; exec sleep 1000`), ...ready, ...(logs !== undefined && { logs }) }
}

/** Starts the services, waits until all are ready, and ends them. */
async function runOnce(test: Test, services: Readonly<Record<string, object>>, top: object): Promise<Container> {
  const container = await startContainer(test, { file: written(services, top) })
  test.equal((await container.supervisor('wait')).status, 0)
  await end(test, container)
  return container
}

async function end(test: Test, container: Container): Promise<void> {
  container.signal('SIGTERM')
  test.equal((await container.end()).status, 0)
}

/** The lines of the output, without what the supervisor itself says, and without when they came. */
function linesOf({ output }: Container): readonly string[] {
  const lines = output.lines.map(({ text }) =>
    text.replace(/(?<="time":)\d{13}/, '0').replace(new RegExp(`^${TIME}`), 'T'),
  )
  return lines.filter((line) => !/supervisor|said/.test(line)).toSorted()
}

/** Says a word to both of its outputs. */
function both(word: string): string {
  return `echo '${word} "out"'; echo '${word} err' >&2`
}

void t.test(
  'logs.format: each line of a log in JSON is an object, also what is said of the file',
  { skip },
  async (test) => {
    const services = { idle: { ...IDLE, description: '${NOWHERE}' } }
    const { output } = await runOnce(test, services, { logs: { format: 'json' } })
    const entries = output.lines.map(({ text }) => JSON.parse(text) as Readonly<Record<string, unknown>>)
    test.match(entries[0], {
      level: 40,
      service: 'supervisor',
      msg: /services\.yaml:\d+:\d+: services\.idle\.description: the variable "NOWHERE" is not set/,
    })
  },
)

void t.test(
  'logs and logs.format: what stands at the top, unless a service says something else',
  { skip, buffered: true },
  async (test) => {
    const services = {
      json: says(both('json')),
      text: says(both('text'), { format: 'text' }),
      raw: says(both('raw'), { format: 'raw' }),
      own: says(both('own'), 'inherit'),
    }
    const container = await runOnce(test, services, { logs: { format: 'json' } })
    const json = { level: 30, time: 0, service: 'json' }
    test.strictSame(
      linesOf(container),
      [
        'own "out"',
        'own err',
        'raw "out"',
        'raw err',
        'text       | text "out"',
        'text       | text err',
        JSON.stringify({ ...json, stream: 'stdout', run: 1, msg: 'json "out"' }),
        JSON.stringify({ ...json, stream: 'stderr', run: 1, msg: 'json err' }),
      ].toSorted(),
    )
    const own = container.output.all(/supervisor/).map(({ text }) => JSON.parse(text) as Record<string, unknown>)
    test.ok(own.length > 5)
    test.strictSame(
      [...new Set(own.map(({ service, ...fields }) => [service, ...Object.keys(fields)].join()))],
      ['supervisor,level,time,msg'],
    )
  },
)

/** Says a word in red. */
function red(word: string): string {
  return String.raw`printf '\033[31m${word}\033[0m\n'`
}

void t.test(
  'logs.timestamps, logs.prefix and logs.strip_ansi: what is in front of a line, and what is taken out of it',
  { skip, buffered: true },
  async (test) => {
    const services = {
      all: says(red('a')),
      bare: says(red('b'), { prefix: false }),
      plain: says(red('c'), { timestamps: false, strip_ansi: true }),
      json: says(red('d'), { format: 'json', strip_ansi: true }),
    }
    const container = await runOnce(test, services, { logs: { timestamps: true } })
    test.strictSame(
      linesOf(container),
      [
        'T all        | \u001b[31ma\u001b[0m',
        'T \u001b[31mb\u001b[0m',
        'plain      | c',
        '{"level":30,"time":0,"service":"json","stream":"stdout","run":1,"msg":"d"}',
      ].toSorted(),
    )
    test.match(container.output.lines[0]?.text, new RegExp(String.raw`^${TIME} supervisor \| \w+: starting$`))
  },
)

function zeros(count: number): string {
  return '0'.repeat(count)
}

void t.test('logs.max_line: a longer line is split, and marked', { skip, buffered: true }, async (test) => {
  const script = "printf '%0300d\\n' 0"
  const services = {
    short: says(script, { max_line: '256b' }),
    long: says(script),
    raw: says(script, { max_line: 256, format: 'raw' }),
  }
  const container = await runOnce(test, services, {})
  test.strictSame(
    linesOf(container),
    [zeros(300), `long       | ${zeros(300)}`, `short      | ${zeros(256)}\\`, `short      | ${zeros(44)}`].toSorted(),
  )
})

void t.test(
  'logs.file and logs.stdout: a file for each, and the output only where it is wanted',
  { skip, buffered: true },
  async (test) => {
    const folder = makeFolder(test)
    mkdirSync(join(folder, 'logs'))
    const services = {
      web: { ...says('echo hello'), scale: 2, logs: { stdout: false } },
      db: says('echo hello', { file: join(folder, 'db.log') }),
    }
    const file = written(services, { logs: { file: 'logs/{service}.log' } })
    const container = await startContainer(test, { folder, file })
    test.equal((await container.supervisor('wait')).status, 0)
    test.match((await container.supervisor('logs', 'web-1')).stdout, /hello/)
    await end(test, container)
    const read = (path: string): string => readFileSync(join(folder, path), 'utf8')
    test.strictSame(readdirSync(join(folder, 'logs')).toSorted(), ['supervisor.log', 'web-1.log', 'web-2.log'])
    for (const name of ['web-1', 'web-2']) {
      test.equal(read(`logs/${name}.log`), `${name}      | hello\n${name}      | said\n`)
    }
    test.equal(read('db.log'), 'db         | hello\ndb         | said\n')
    test.strictSame(linesOf(container), ['db         | hello'])
    const own = container.output.all(/^supervisor \| /).map(({ text }) => `${text}\n`)
    test.equal(read('logs/supervisor.log'), own.join(''))
  },
)

void t.test(
  'logs.rotate, logs.rotate.max_size, logs.rotate.max_files and logs.rotate.compress: the last lines, in files of bounded size',
  { skip, buffered: true },
  async (test) => {
    const folder = makeFolder(test)
    for (const name of ['packed', 'plain', 'supervisor']) mkdirSync(join(folder, name))
    const services = {
      packed: says(`${NUMBERED} 1 200`, { stdout: false, rotate: { max_size: '4k', max_files: 2 } }),
      plain: says(`${NUMBERED} 1 200`, {
        stdout: false,
        rotate: { max_size: 3000, max_files: 3, compress: false },
      }),
      idle: { ...IDLE, logs: { file: '' } },
    }
    const top = { logs: { prefix: false, file: join(folder, '{service}', 'log') } }
    const container = await startContainer(test, { folder, file: written(services, top) })
    test.equal((await container.supervisor('wait')).status, 0)
    const names = (service: string): string => readdirSync(join(folder, service)).toSorted().join()
    await until('the old ones to be packed', () => names('packed') === 'log,log.1.gz,log.2.gz')
    await end(test, container)
    test.equal(names('plain'), 'log,log.1,log.2,log.3')
    for (const { service, files, maxBytes, lines } of [
      { service: 'packed', files: ['log.2.gz', 'log.1.gz', 'log'], maxBytes: 4096, lines: 81 },
      { service: 'plain', files: ['log.3', 'log.2', 'log.1', 'log'], maxBytes: 3000, lines: 91 },
    ]) {
      const contents = files.map((name) => contentOf(join(folder, service, name)))
      for (const content of contents) test.ok(content.length <= maxBytes && content.length > 0)
      const numbers = contents
        .join('')
        .trimEnd()
        .split('\n')
        .map((line) => (line === 'said' ? line : Number(line)))
      test.equal(numbers.pop(), 'said')
      const last = Array.from({ length: numbers.length }, (_, index) => 200 - numbers.length + index + 1)
      test.strictSame(numbers, last)
      test.ok(numbers.length >= lines, `${numbers.length} lines`)
    }
  },
)

function contentOf(path: string): string {
  const content = readFileSync(path)
  return (path.endsWith('.gz') ? gunzipSync(content) : content).toString('utf8')
}

void t.test(
  'logs.buffer, logs.buffer.lines and logs.buffer.size: what is remembered',
  { skip, buffered: true },
  async (test) => {
    const services = {
      few: says('seq 10', { buffer: { lines: 3 } }),
      small: says(`${NUMBERED} 1 50`, { buffer: '1k' }),
      both: says(`${NUMBERED} 1 50`, { buffer: { size: '2k' } }),
    }
    const container = await startContainer(test, { file: written(services, { logs: { buffer: { lines: 15 } } }) })
    test.equal((await container.supervisor('wait')).status, 0)
    const remembered = async (name: string): Promise<readonly (number | string)[]> => {
      const { stdout } = await container.supervisor('logs', name)
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/^.*\| /, ''))
      return lines.filter((line) => /^\d+$|^said$/.test(line)).map((line) => (line === 'said' ? line : Number(line)))
    }
    test.strictSame(await remembered('few'), [9, 10, 'said'])
    test.strictSame(await remembered('small'), [41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 'said'])
    test.strictSame(await remembered('both'), [...Array.from({ length: 14 }, (_, index) => 37 + index), 'said'])
    await end(test, container)
  },
)

void t.test(
  'logs.overflow: while nobody reads, a service waits or its lines are dropped and counted',
  { skip, buffered: true },
  async (test) => {
    const lines = 30_000
    const script = shell(`${NUMBERED} 1 ${lines}`)
    const service = (overflow: string): object => ({ type: 'oneshot', script, logs: { overflow } })
    const file = written({ idle: IDLE, waits: service('block'), drops: service('drop') })
    const container = await startContainer(test, { file })
    container.output.stall()
    await container.serviceThat('drops', ({ state }) => state === 'completed')
    test.equal((await container.service('waits')).state, 'running')
    container.output.resume()
    await container.serviceThat('waits', ({ state }) => state === 'completed')
    await end(test, container)
    const numbers = (name: string): readonly number[] =>
      container.output.all(new RegExp(`^${name} +\\| 0+(\\d+)$`)).map(({ match }) => Number(match[1]))
    const waited = numbers('waits')
    test.equal(waited.length, lines)
    test.ok(waited.every((number, index) => number === index + 1))
    const dropped = container.output.all(/drops.*?(\d+) lines?/).map(({ match }) => Number(match[1]))
    test.equal(numbers('drops').length + dropped.reduce((sum, count) => sum + count, 0), lines)
    test.ok(dropped.length > 0)
  },
)
