import t from 'tap'
import { FREE_SIGNALS, takenFor } from '../../../src/core/config/free-signals.ts'
import type { Config } from '../../../src/core/config/model.ts'
import { readConfig } from '../../../src/core/config/read-config.ts'
import { SIGNAL_NAMES } from '../../../src/core/config/signal.ts'
import type { World } from '../../../src/core/config/world.ts'
import { loadConfig } from '../../../src/daemon/load-config.ts'
import { treeOf } from './tree-of.ts'
import { worldOf } from './world-of.ts'

const SERVICES = 'services: {app: {command: a}, db: {command: b}, off: {command: c, enabled: false}}'

/** A file with these keys at the top, as the program reads it, with scaled services written out. */
function configOf(keys: string, services = SERVICES, world: Partial<World> = {}): Config {
  const read = (): ReturnType<Parameters<typeof loadConfig>[0]['read']> => {
    const source = `${keys}\n${services}\n`
    return { tree: treeOf(source), problems: [], source }
  }
  const { config, problems } = loadConfig({ path: 'services.yaml', read }, worldOf(world))
  if (config === null) throw new Error(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'))
  return config
}

void t.test('the command waits for all to be ready, for ever, unless the file says something else', async (test) => {
  const cases: readonly (readonly [string, Config['command']])[] = [
    ['', { waitFor: 'ready', timeoutMs: null }],
    ['command: {}', { waitFor: 'ready', timeoutMs: null }],
    ['command: {wait_for: ready}', { waitFor: 'ready', timeoutMs: null }],
    ['command: {wait_for: started, timeout: 1m30s}', { waitFor: 'started', timeoutMs: 90_000 }],
    ['command: {timeout: 250ms}', { waitFor: 'ready', timeoutMs: 250 }],
    ['command: {wait_for: nothing}', { waitFor: 'nothing', timeoutMs: null }],
  ]
  for (const [keys, command] of cases) {
    test.same(configOf(keys).command, command, keys)
    test.same(configOf(keys, SERVICES, { mode: 'up' }).command, command, `${keys} under a terminal`)
  }
})

void t.test('a signal goes to a service as it is, or as another one', async (test) => {
  const { signals } = configOf(
    'signals:\n  USR2: {signal: HUP, to: app}\n  sigalrm: db\n  26: {to: app}\n  SIGSTKFLT: {to: db, signal: 9}',
  )
  test.same(
    [...signals],
    [
      ['SIGUSR2', { signal: 'SIGHUP', services: ['app'] }],
      ['SIGALRM', { signal: 'SIGALRM', services: ['db'] }],
      ['SIGVTALRM', { signal: 'SIGVTALRM', services: ['app'] }],
      ['SIGSTKFLT', { signal: 'SIGKILL', services: ['db'] }],
    ],
  )
  test.same([...configOf('').signals], [])
})

void t.test('it goes to each instance of a scaled service, or to the one that is named', async (test) => {
  const scaled = 'services: {web: {command: a, scale: 3}}'
  const servicesOf = (to: string): readonly string[] | undefined =>
    configOf(`signals: {USR2: ${to}}`, scaled).signals.get('SIGUSR2')?.services
  test.same(servicesOf('web'), ['web-1', 'web-2', 'web-3'])
  test.same(servicesOf('web-2'), ['web-2'])
})

void t.test('a service that is not there is left out, and the signal goes to nobody else', async (test) => {
  const services =
    'services: {app: {command: a}, off: {command: a, enabled: false}, none: {command: a, scale: 0}, debug: {command: a, profiles: [debug]}}'
  for (const to of ['off', 'none', 'debug']) {
    const { signals } = configOf(`signals: {USR2: ${to}}`, services)
    test.same([...signals], [['SIGUSR2', { signal: 'SIGUSR2', services: [] }]], to)
  }
  const chosen = configOf('signals: {USR2: debug}', services, { profiles: new Set(['debug']) })
  test.same(chosen.signals.get('SIGUSR2')?.services, ['debug'])
})

const WRONG: readonly (readonly [name: string, keys: string, problems: readonly string[]])[] = [
  [
    'a command in the place of when it starts',
    'command: node server.js',
    [
      'wrong-type 1:10 command: expected a mapping with "wait_for" or "timeout"; what a service runs stands in the service, and CMD behind the name of the image',
    ],
  ],
  [
    'a command as a list',
    'command: [node]',
    [
      'wrong-type 1:10 command: expected a mapping with "wait_for" or "timeout"; what a service runs stands in the service, and CMD behind the name of the image',
    ],
  ],
  ['a command of nothing', 'command:', ['wrong-type 1:9 command: expected a mapping, found nothing']],
  [
    'misspelt keys and values of the command',
    'command: {wait_for: readdy, timout: 1s}',
    [
      'bad-value 1:21 command.wait_for: expected "ready", "started" or "nothing", found "readdy"; did you mean "ready"?',
      'unknown-key 1:29 command.timout: unknown key "timout"; did you mean "timeout"?',
    ],
  ],
  [
    'times that are none',
    'command: {timeout: 30}',
    [
      'bad-value 1:20 command.timeout: expected a duration such as "1m30s" or "250ms", found 30; a bare number is no duration, write "30s"',
    ],
  ],
  [
    'no time at all',
    'command: {timeout: 0s}',
    ['bad-value 1:20 command.timeout: expected a duration longer than nothing, found "0s"'],
  ],
  [
    'a limit for a wait that there is not',
    'command: {wait_for: nothing, timeout: 1s}',
    [
      'conflicting-keys 1:30 command.timeout: "timeout" has nothing to limit with "wait_for: nothing"; keep one of them',
    ],
  ],
  ['signals as a list', 'signals: [USR2]', ['wrong-type 1:10 signals: expected a mapping, found a list']],
  [
    'signals that are none',
    'signals: {USR3: app, "": app, RTMIN: app, 99: app, __proto__: app}',
    [
      'bad-value 1:11 signals.USR3: no signal "USR3"; did you mean "USR2"?',
      'bad-value 1:22 signals.: no signal ""; allowed: SIGUSR2, SIGALRM, SIGSTKFLT, SIGVTALRM',
      'bad-value 1:31 signals.RTMIN: no signal "RTMIN"; allowed: SIGUSR2, SIGALRM, SIGSTKFLT, SIGVTALRM',
      'bad-value 1:43 signals.99: no signal "99"; allowed: SIGUSR2, SIGALRM, SIGSTKFLT, SIGVTALRM',
      'bad-value 1:52 signals.__proto__: no signal "__proto__"; allowed: SIGUSR2, SIGALRM, SIGSTKFLT, SIGVTALRM',
    ],
  ],
  [
    'signals with a meaning of their own',
    'signals: {term: app, SIGHUP: app, 9: app, IO: app, PROF: app}',
    [
      'bad-value 1:11 signals.term: cannot map SIGTERM: it stops everything in order; take SIGUSR2, SIGALRM, SIGSTKFLT or SIGVTALRM',
      'bad-value 1:22 signals.SIGHUP: cannot map SIGHUP: it is there to reload the file; take SIGUSR2, SIGALRM, SIGSTKFLT or SIGVTALRM',
      'bad-value 1:35 signals.9: cannot map SIGKILL: it cannot be caught; take SIGUSR2, SIGALRM, SIGSTKFLT or SIGVTALRM',
      'bad-value 1:43 signals.IO: cannot map SIGIO: the kernel tells with it that a service has sent a notification; take SIGUSR2, SIGALRM, SIGSTKFLT or SIGVTALRM',
      "bad-value 1:52 signals.PROF: cannot map SIGPROF: Node's profiler takes its samples with it; take SIGUSR2, SIGALRM, SIGSTKFLT or SIGVTALRM",
    ],
  ],
  [
    'the same signal in two spellings',
    'signals: {USR2: app, SIGUSR2: db, 12: db}',
    [
      'duplicate-key 1:22 signals.SIGUSR2: SIGUSR2 is there twice',
      'duplicate-key 1:35 signals.12: SIGUSR2 is there twice',
    ],
  ],
  [
    'signals to nobody',
    'signals: {USR2: {signal: HUP}, ALRM: , VTALRM: [app], STKFLT: ""}',
    [
      'missing-key 1:11 signals.USR2: "to" is missing',
      'wrong-type 1:38 signals.ALRM: expected the name of a service or a mapping, found nothing',
      'wrong-type 1:48 signals.VTALRM: expected the name of a service or a mapping, found a list',
      'bad-value 1:63 signals.STKFLT: expected the name of a service, found ""',
    ],
  ],
  [
    'signals to services that are not there',
    'signals: {USR2: apq, ALRM: {to: nosuch}}',
    [
      'unknown-service 1:17 signals.USR2: no service "apq"; did you mean "app"?',
      'unknown-service 1:33 signals.ALRM.to: no service "nosuch"',
    ],
  ],
  [
    'what is sent',
    'signals: {USR2: {signal: HPU, to: app, too: db}}',
    [
      'bad-value 1:26 signals.USR2.signal: expected a signal such as "SIGTERM", found "HPU"; did you mean "HUP"?',
      'unknown-key 1:40 signals.USR2.too: unknown key "too"; did you mean "to"?',
    ],
  ],
]

for (const [name, keys, problems] of WRONG) {
  void t.test(`tells every problem of ${name}`, async (test) => {
    const reading = readConfig(treeOf(`${keys}\n${SERVICES}\n`), worldOf())
    test.same(
      reading.problems.map(
        ({ code, place, path, message }) => `${code} ${place.line}:${place.column} ${path}: ${message}`,
      ),
      problems,
    )
    test.equal(reading.config, null)
  })
}

void t.test('a service that cannot be read is known all the same', async (test) => {
  const { problems } = readConfig(treeOf('signals: {USR2: app}\nservices: {app: {comand: a}}'), worldOf())
  test.same(
    problems.map(({ code }) => code),
    ['missing-key', 'unknown-key'],
  )
})

void t.test('each signal is free, or it is said what it is taken for', async (test) => {
  for (const signal of SIGNAL_NAMES) {
    const reading = readConfig(treeOf(`signals: {${signal}: app}\n${SERVICES}`), worldOf())
    const use = takenFor(signal)
    test.equal(use === null, FREE_SIGNALS.includes(signal), signal)
    test.equal(reading.config === null, use !== null, signal)
  }
})
