import t from 'tap'
import { startContainer, type Container } from '../support/container.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { IDLE, shell, written } from '../support/written.ts'

const skip = UNLESS_PID_1

/** Tells of SIGTERM, and ends at it. */
const TELLS = shell(`trap 'echo got TERM; exit 0' TERM; echo up; while :; do sleep 0.02; done`)
const READY = { log: 'up' }
const FINAL = { restart: 'no', on_failure: 'ignore' }

t.jobs = 4

void t.test(
  'post_start: in turn, when it is ready by its own word, before others start',
  { skip, buffered: true },
  async (test) => {
    const file = written({
      web: {
        script: TELLS,
        ready: READY,
        user: 'daemon',
        environment: { WORD: 'a' },
        post_start: [{ script: shell('echo "hook $WORD $(id -un)"') }, { command: ['echo', 'second'] }],
      },
      app: { type: 'oneshot', command: ['echo', 'app'], depends_on: ['web'] },
    })
    const container = await startContainer(test, { file })
    await container.line(/^app +\| app$/)
    test.same(outputOf(container), ['up', 'hook a daemon', 'second', 'app'])
  },
)

void t.test(
  'post_start: one that fails or takes too long makes the start fail',
  { skip, buffered: true },
  async (test) => {
    const file = written({
      fails: { script: TELLS, ready: READY, ...FINAL, post_start: 'sh -c "echo no wares; exit 3"' },
      hangs: {
        script: TELLS,
        ready: READY,
        ...FINAL,
        post_start: { script: 'sleep 998 & sleep 999', timeout: '200ms' },
      },
      idle: IDLE,
    })
    const container = await startContainer(test, { file })
    const { reason } = await container.serviceThat('fails', ({ state }) => state === 'failed')
    test.match(reason, /^post_start failed: .*exited with 3: no wares$/)
    test.match(await container.serviceThat('hangs', ({ state }) => state === 'failed'), {
      reason: /^post_start failed: .*0\.2 s|200 ms/,
      exit: { code: 0, signal: null },
    })
    test.same(container.names(), ['sleep'], 'only the idle one is left')
  },
)

void t.test('pre_stop: before the signal, whether it ends well or not', { skip, buffered: true }, async (test) => {
  const pre = { script: TELLS, ready: READY }
  const file = written({
    well: { ...pre, pre_stop: [{ script: 'sleep 0.2; echo hook' }, { command: 'echo second' }] },
    ill: { ...pre, pre_stop: { script: 'echo hook; exit 4' } },
    hung: { ...pre, pre_stop: { script: 'echo hook; sleep 999', timeout: '200ms' } },
  })
  const container = await startContainer(test, { file })
  for (const name of ['well', 'ill', 'hung']) await container.line(new RegExp(`${name}: ready`))
  container.signal('SIGTERM')
  test.equal((await container.end()).status, 0)
  test.same(outputOf(container, 'well'), ['up', 'hook', 'second', 'got TERM'])
  for (const name of ['ill', 'hung']) {
    test.same(outputOf(container, name), ['up', 'hook', 'got TERM'])
    test.equal(container.output.all(new RegExp(`${name}: pre_stop failed`)).length, 1)
  }
})

void t.test(
  'stop_command, stop_command.command, stop_command.script and stop_command.timeout: in place of the signal, which follows when it fails',
  { skip, buffered: true },
  async (test) => {
    const script = shell(
      `trap 'echo got TERM; exit 1' TERM; trap 'echo told; exit 0' USR1; echo $$ > "$NAME"; echo up; while :; do sleep 0.02; done`,
    )
    const told = (name: string, stop: object | string): object => ({
      script,
      ready: READY,
      environment: { NAME: name },
      stop_command: stop,
    })
    const tell = shell('kill -USR1 "$(cat "$NAME")"')
    const file = written({
      words: told('words', { command: ['sh', '-c', tell] }),
      line: told('line', shell(`sh -c 'kill -USR1 $(cat line)'`)),
      text: told('text', { script: tell }),
      fails: told('fails', { script: 'exit 2' }),
      hangs: told('hangs', { script: 'sleep 998 & sleep 999', timeout: '200ms' }),
      idle: IDLE,
    })
    const container = await startContainer(test, { file })
    const names = ['words', 'line', 'text', 'fails', 'hangs']
    for (const name of names) await container.line(new RegExp(`${name}: ready`))
    test.equal((await container.supervisor('stop', ...names)).status, 0)
    for (const name of ['words', 'line', 'text']) {
      test.same(outputOf(container, name), ['up', 'told'])
      test.match((await container.service(name)).exit, { code: 0 })
    }
    for (const name of ['fails', 'hangs']) {
      test.same(outputOf(container, name), ['up', 'got TERM'])
      test.equal(container.output.all(new RegExp(`${name}: stop_command failed`)).length, 1)
    }
    test.same(container.names(), ['sleep'], 'only the idle one is left')
  },
)

/** What a service printed, or all of them. */
function outputOf({ output }: Container, name = '\\w+'): readonly (string | undefined)[] {
  return output.all(new RegExp(`^(?!supervisor)${name} +\\| (.*)$`)).map(({ match }) => match[1])
}
