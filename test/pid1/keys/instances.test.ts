import t from 'tap'
import { INIT, startContainer } from '../support/container.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { IDLE, shell, written } from '../support/written.ts'

const skip = UNLESS_PID_1

t.jobs = 4

void t.test(
  'scale: so many instances, each with its number, and others wait for all',
  { skip, buffered: true },
  async (test) => {
    const file = written({
      web: {
        script: 'until [ -e go-${PIDONE_INSTANCE} ]; do sleep 0.02; done; echo up; exec sleep 1000',
        environment: { PORT: '800${PIDONE_INSTANCE}' },
        ready: { log: 'up' },
        scale: 3,
      },
      none: { ...IDLE, scale: 0 },
      one: { type: 'oneshot', script: shell('echo "own $PIDONE_INSTANCE"'), scale: 1 },
      tells: { type: 'oneshot', script: 'touch go-1 go-3; echo told' },
      third: { type: 'oneshot', script: 'touch go-2', depends_on: ['web-1', 'web-3'] },
      app: { ...IDLE, depends_on: ['web', 'none'] },
    })
    const container = await startContainer(test, { file })
    await container.serviceThat('app', ({ state }) => state === 'running')
    const { services } = await container.status()
    test.same(services.map(({ name }) => name).toSorted(), [
      'app',
      'none',
      'one-1',
      'tells',
      'third',
      'web-1',
      'web-2',
      'web-3',
    ])
    const [started] = container.output.all(/app: starting/)
    for (const instance of ['web-1', 'web-2', 'web-3']) {
      const [ready] = container.output.all(new RegExp(`${instance}: ready`))
      test.ok((ready?.index ?? Infinity) < (started?.index ?? 0), instance)
    }
    test.match(await container.service('none'), { state: 'disabled', wanted: false, reason: 'disabled by "scale: 0"' })
    await container.line(/^one-1 +\| own 1$/)
    test.equal((await container.supervisor('stop', 'web')).status, 0)
    for (const instance of ['web-1', 'web-2', 'web-3']) {
      test.equal((await container.service(instance)).state, 'stopped')
    }
  },
)

for (const [how, words, environment, isUp] of [
  ['none is chosen', [], {}, []],
  ['the variable chooses two', [], { PIDONE_PROFILES: 'debug, extra' }, ['debug', 'either', 'extra']],
  ['the option chooses one', ['--profile', 'extra'], {}, ['either', 'extra']],
  ['all are chosen', ['--profile', '*'], {}, ['debug', 'either', 'extra']],
] as const) {
  void t.test(`profiles: ${how}`, { skip, buffered: true }, async (test) => {
    const file = written({
      plain: IDLE,
      debug: { ...IDLE, profiles: ['debug'] },
      extra: { ...IDLE, profiles: ['extra'] },
      either: { ...IDLE, profiles: ['debug', 'extra'] },
      app: { ...IDLE, depends_on: { debug: { required: false } } },
    })
    const container = await startContainer(test, { file, program: [INIT, ...words], environment })
    await container.serviceThat('app', ({ state }) => state === 'running')
    for (const name of ['plain', ...isUp]) await container.serviceThat(name, ({ state }) => state === 'running')
    for (const name of ['debug', 'extra', 'either'].filter((each) => !isUp.some((up) => up === each))) {
      test.match(await container.service(name), {
        state: 'disabled',
        reason: /^disabled: none of its profiles is chosen \(/,
        wanted: false,
        pid: null,
        run: 0,
      })
    }
  })
}

void t.test('profiles: one that hides what somebody needs is an error', { skip, buffered: true }, async (test) => {
  const file = written({ db: { ...IDLE, profiles: ['debug'] }, app: { ...IDLE, depends_on: ['db'] } })
  const { status, text } = await (await startContainer(test, { file })).end()
  test.equal(status, 78)
  test.match(text, /choose it with "--profile debug"/)
})
