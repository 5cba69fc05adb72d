import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sections } from '../../../scripts/reference.ts'
import { ULIMIT_NAMES } from '../../../src/core/config/model.ts'
import { FILE } from '../../../src/core/config/vocabulary/file.ts'
import { ROOT } from '../support/requirements.ts'

/**
 * Where a key is shown on real processes by a test that does not have its name in front. Every other key has a test in
 * this folder whose title begins with it: `KEY: …`, `KEY, KEY and KEY: …`, for a key within one of a service
 * `restart.delay: …`.
 */
const ELSEWHERE: Readonly<Record<string, readonly [file: string, part: string]>> = {
  command: ['environment', 'script runs under sh -e, command without any shell'],
  script: ['environment', 'script runs under sh -e, command without any shell'],
  creates: ['environment', 'creates: what is there already is not made again'],
  enabled: ['environment', 'enabled: "\\${X:-true}" with X'],
  clear_env: ['environment', 'clear_env passes nothing of the container on but what the file declares'],
  env_file: ['environment', 'env_file and environment: the later wins, the service over the whole file'],
  'file: env_file': ['keys/environment', 'environment: of the service over that of all over env_file'],
  'file: environment': ['keys/environment', 'environment: of the service over that of all over env_file'],
  'file: required_env': ['environment', 'required_env names all that is missing at once'],
  'file: services': ['stack', 'services.example.yaml'],
  'shutdown.timeout': ['signals', 'shutdown: {timeout: 100ms}'],
  'file: shutdown': ['signals', 'shutdown: {timeout: 100ms}'],
  'file: command': ['command', 'command: {wait_for: nothing}'],
  'command.wait_for': ['command', 'command: {wait_for: nothing}'],
  'command.timeout': ['command', 'command: {timeout: 300ms}'],
  'file: signals': ['passed-on-signals', 'a signal goes to the service that the file names'],
  'signals.SIGNAL.signal': ['passed-on-signals', 'USR2: {signal: HUP, to: app}'],
  'signals.SIGNAL.to': ['passed-on-signals', 'USR2: {signal: HUP, to: app}'],
  kill_mode: ['spawning', 'kill_mode group signals the whole group, process only the first'],
  depends_on: ['readiness', 'the conditions of an edge hold'],
  'depends_on.NAME.required': ['readiness', 'the conditions of an edge hold'],
  ready: ['readiness', 'ready by ${name}: what depends on it starts then, not before'],
  'ready.log': ['readiness', "name: 'log'"],
  'ready.tcp': ['readiness', "name: 'tcp'"],
  'ready.unix': ['readiness', "name: 'unix'"],
  'ready.http': ['readiness', "name: 'http'"],
  'ready.http.url': ['readiness', "name: 'http with all that it can ask for'"],
  'ready.http.status': ['readiness', "name: 'http with all that it can ask for'"],
  'ready.http.body': ['readiness', "name: 'http with all that it can ask for'"],
  'ready.postgres': ['readiness', "name: 'postgres'"],
  'ready.redis': ['readiness', "name: 'redis'"],
  'ready.exec': ['readiness', "name: 'exec'"],
  'ready.file': ['readiness', "name: 'file'"],
  'ready.delay': ['readiness', "name: 'delay'"],
  on_failure: ['keys/restart', "on_failure: 'shutdown'"],
  on_success: ['keys/restart', "on_success: 'shutdown'"],
  // A table that the compiler holds complete.
  ...Object.fromEntries(
    ULIMIT_NAMES.map((name) => [`ulimits.${name}`, ['keys/confinement', 'ulimits, ulimits.NAME.soft'] as const]),
  ),
}

/** Every key of the file by its path: those of a service without `services.NAME.`, those of the file behind `file: `. */
const KEYS = sections(FILE.form).flatMap(({ name, keys }) => {
  const section = name.replace(/^services\.NAME\.?/, '')
  const isTop = name === ''
  return keys.map(({ key }) => (isTop ? `file: ${key}` : section === '' ? key : `${section}.${key}`))
})

void t.test('every key is shown by a test of its own on real processes', async (test) => {
  const titled = keysOfTitles()
  test.ok(KEYS.length > 120)
  test.same(
    KEYS.filter((key) => !titled.has(key.replace(/^file: /, '')) && ELSEWHERE[key] === undefined),
    [],
  )
})

void t.test('what is shown elsewhere is there, and no other key is listed', async (test) => {
  for (const [key, [file, part]] of Object.entries(ELSEWHERE)) {
    test.ok(KEYS.includes(key), `there is a key "${key}"`)
    const text = readFileSync(join(ROOT, 'test', 'pid1', `${file}.test.ts`), 'utf8')
    test.ok(text.includes(part), `${file}.test.ts shows "${key}"`)
  }
})

/** The keys at the front of the titles of this folder. */
function keysOfTitles(): ReadonlySet<string> {
  const folder = join(ROOT, 'test', 'pid1', 'keys')
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  const fronts = texts.flatMap((text) => [...text.matchAll(/t\.test\(\s*'([^':]+): /g)].map(([, front = '']) => front))
  return new Set(fronts.flatMap((front) => front.split(/, | and /)))
}
