import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import type { LogEntry } from '../../src/core/protocol.ts'
import { startContainer, SUPERVISOR, type Container, type Scope } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'

const skip = UNLESS_PID_1

/** `supervisor logs -f …` beside a container, and what it has printed so far. */
interface Follower {
  readonly text: () => string
  readonly ended: Promise<readonly [status: number | null, signal: string | null]>
  /** What it prints is left unread for as long as it takes. */
  readonly unread: (meanwhile: () => Promise<unknown>) => Promise<void>
  /** Waits until it has printed this. */
  readonly shows: (pattern: RegExp) => Promise<unknown>
}

async function follow(scope: Scope, container: Container, ...words: readonly string[]): Promise<Follower> {
  // It is there once somebody can be asked.
  await container.status()
  const child = spawn(SUPERVISOR, ['logs', '-f', ...words], {
    env: container.environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  scope.teardown(() => child.kill('SIGKILL'))
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = once(child, 'close') as Promise<[number | null, string | null]>
  return {
    text: () => text,
    ended,
    unread: async (meanwhile) => {
      child.stdout.pause()
      await meanwhile()
      child.stdout.resume()
    },
    shows: (pattern) => until(`${pattern} in the logs:\n${text}`, () => pattern.test(text)),
  }
}

/** Without what is another one each time. */
function stable(text: string): readonly string[] {
  return text
    .replaceAll(/pid \d+/gu, 'pid N')
    .trimEnd()
    .split('\n')
}

void t.test(
  'logs are followed through a restart, with where runs begin and end, to the end of the supervisor',
  { skip },
  async (test) => {
    const container = await startContainer(test, {
      file: `
services:
  web-1:
    script: |
      trap 'echo bye; exit 3' TERM
      trap 'printf unfinished; kill -KILL $$$$' USR1
      echo "hello from $$PIDONE_RUN" | sed 's/.*\\.//'
      while :; do sleep 0.01; done
    success_exit_codes: [0, 3]
    pre_stop: echo saving
    restart: {delay: 10ms}
  other: {script: 'echo other; exec sleep 1000'}
`,
    })
    await container.line(/web-1 +\| 1$/)
    const follower = await follow(test, container, 'web-*')
    await follower.shows(/^web-1 \| 1$/m)
    await container.supervisor('signal', 'USR1', 'web-1')
    await follower.shows(/^web-1 \| 2$/m)
    await container.supervisor('restart', 'web-1')
    await follower.shows(/^web-1 \| 3$/m)
    container.signal('SIGTERM')
    test.strictSame(await follower.ended, [0, null])
    test.strictSame(stable(follower.text()), [
      'web-1 | ── run 1 started, pid N ──',
      'web-1 | 1',
      'web-1 | unfinished',
      'web-1 | ── run 1 killed by SIGKILL ──',
      'web-1 | ── run 2 started, pid N ──',
      'web-1 | 2',
      'web-1 | saving',
      'web-1 | bye',
      'web-1 | ── run 2 exited with 3 ──',
      'web-1 | ── run 3 started, pid N ──',
      'web-1 | 3',
      'web-1 | saving',
      'web-1 | bye',
      'web-1 | ── run 3 exited with 3 ──',
    ])
    test.equal((await container.end()).status, 0)
  },
)

void t.test('what the supervisor says stands among the lines, up to its last word', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: "services: {web: {script: 'echo here; exec sleep 1000', ready: {log: here}}}",
  })
  await container.line(/web is ready|web: running|here$/)
  await container.supervisor('wait')
  const [all, own] = [await follow(test, container), await follow(test, container, '-n', '1', 'supervisor')]
  await all.shows(/^web \| here$/m)
  await own.shows(/^supervisor \| /m)
  const { stdout } = await container.supervisor('logs')
  const lines = stable(stdout)
  test.strictSame(
    lines.filter((line) => line.startsWith('web')),
    ['web | ── run 1 started, pid N ──', 'web | here'],
  )
  test.ok(lines.indexOf('supervisor | web: starting') < lines.indexOf('web | ── run 1 started, pid N ──'))
  test.match(lines.at(-1), /^supervisor \| web: ready/u)
  container.signal('SIGTERM')
  test.strictSame(await all.ended, [0, null])
  test.strictSame(await own.ended, [0, null])
  test.match(own.text(), /^supervisor \| shutting down: SIGTERM$/m)
  test.match(all.text(), /web: stopped.*\n(?:.*\n)*supervisor \| ended with status 0: SIGTERM\n$/u)
  test.notMatch(own.text(), /^web/m)
})

/** Two who write in turn, each when it is told to. */
const TALKERS = `
services:
${['a', 'b'].map((name) => `  ${name}: {script: 'trap "echo ${name} speaks" USR1; echo there; while :; do sleep 0.01; done'}`).join('\n')}
  dead: {type: oneshot, script: 'echo last words; exit 4', on_failure: ignore}
`

void t.test('logs can be asked for by time, as text and as JSON, of the dead too', { skip }, async (test) => {
  const container = await startContainer(test, { file: TALKERS })
  for (const name of ['a', 'b']) await container.line(new RegExp(`^${name} +\\| there$`))
  await container.serviceThat('dead', ({ state }) => state === 'failed')
  const say = async (name: string): Promise<void> => {
    const { length } = container.output.all(/speaks$/)
    await container.supervisor('signal', 'USR1', name)
    await until(`${name} to speak`, () => container.output.all(/speaks$/).length > length)
  }
  for (const name of ['b', 'a', 'b']) await say(name)
  const logs = async (...words: readonly string[]): Promise<readonly string[]> =>
    stable((await container.supervisor('logs', ...words)).stdout)
  test.strictSame(await logs('-n', '2', '[ab]', 'a', 'b').catch(() => []), [''], 'a glob has * and ? only')
  test.strictSame((await logs('-n', '2', 'a', 'b')).slice(-3), ['b | b speaks', 'a | a speaks', 'b | b speaks'])
  test.strictSame(await logs('-n', '1', 'dead'), ['dead | last words', 'dead | ── run 1 exited with 4 ──'])
  test.strictSame(await logs('--since', '1h', 'dead'), [
    'dead | ── run 1 started, pid N ──',
    'dead | last words',
    'dead | ── run 1 exited with 4 ──',
  ])
  test.strictSame(await logs('--since', '1us', 'dead'), [''])

  const json = (await logs('--json', 'a', 'b')).map((line) => JSON.parse(line) as LogEntry)
  const spoken = json.filter((entry) => 'text' in entry && entry.text.endsWith('speaks'))
  const { at } = spoken[1] ?? { at: 0 }
  test.match(spoken[1], { at: Number, service: 'a', run: 1, stream: 'stdout', text: 'a speaks' })
  test.equal(Object.keys(spoken[1] ?? {}).join(' '), 'at service run stream text')
  test.match(json[0], { at: Number, service: /^[ab]$/u, run: 1, event: 'started', pid: Number })
  test.ok(
    json.every((entry, index) => index === 0 || entry.at >= (json[index - 1]?.at ?? 0)),
    'in the order of time',
  )
  const instant = new Date(at).toISOString()
  test.strictSame(await logs('-t', '--since', instant, '--until', instant, 'a', 'b'), [`${instant} a | a speaks`])
  test.strictSame(await logs('--no-prefix', '--since', instant, 'a', 'b'), ['a speaks', 'b speaks'])
  test.match(await container.supervisor('logs', '-f', '--until', '1s'), {
    status: 64,
    stderr: /^supervisor: cannot follow the logs "until" a time/u,
  })
})

void t.test('who follows more slowly than lines come knows where how many are missing', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  counts:
    script: |
      trap 'seq 200000' USR1; trap 'echo end' USR2; echo 0
      while :; do sleep 0.01; done
`,
  })
  await container.line(/counts +\| 0$/)
  const follower = await follow(test, container, '--json', 'counts')
  await follower.shows(/"0"/)
  await follower.unread(async () => {
    await container.supervisor('signal', 'USR1', 'counts')
    await container.line(/counts +\| 200000$/)
  })
  await follower.shows(/"missed"/)
  await container.supervisor('signal', 'USR2', 'counts')
  await follower.shows(/"end"/)
  let next = 0
  let missed = 0
  const wrong: unknown[] = []
  for (const line of follower.text().trimEnd().split('\n').slice(1, -1)) {
    const entry = JSON.parse(line) as { readonly text?: string; readonly missed?: number }
    if (entry.missed === undefined && entry.text !== String(next)) wrong.push({ entry, next })
    next += entry.missed ?? 1
    missed += entry.missed ?? 0
  }
  test.strictSame([wrong.slice(0, 3), next], [[], 200_001])
  test.ok(missed > 0 && missed < 200_000, `${missed} are missing`)
})
