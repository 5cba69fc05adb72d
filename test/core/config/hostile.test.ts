import t from 'tap'
import { readConfig } from '../../../src/core/config/read-config.ts'
import type { Tree } from '../../../src/core/config/tree.ts'
import type { World } from '../../../src/core/config/world.ts'
import { listTree, mappingTree, scalarTree } from './tree-for.ts'
import { worldOf } from './world-of.ts'

/** What `check` may take for any file, as a limit of each test here. */
const SOON = { timeout: 10_000 }

function service(entries: readonly (readonly [string, Tree])[] = []): Tree {
  return mappingTree([['command', scalarTree('serve')], ...entries])
}

function fileOf(services: readonly (readonly [string, Tree])[]): Tree {
  return mappingTree([['services', mappingTree(services)]])
}

/** Fifty-four letters that differ in the middle only: near enough to be compared to the end. */
function longName(number: number): string {
  return `${'ab'.repeat(11)}${String(number).padStart(8, '0')}${'ba'.repeat(12)}`
}

for (const required of [true, false]) {
  void t.test(`4,000 dependencies to unknown services, required: ${required}`, SOON, async (test) => {
    const names = Array.from({ length: 4000 }, (_, index) => longName(index))
    const edge = mappingTree([['required', scalarTree(required)]])
    const unknown = names.map((_, index): readonly [string, Tree] => [longName(index + 77_000_000), edge])
    const services = names.map((name): readonly [string, Tree] => [name, service()])
    const needy: readonly [string, Tree] = ['needy', service([['depends_on', mappingTree(unknown)]])]
    const { config } = readConfig(fileOf([...services, needy]), worldOf())
    test.equal(config === null, required)
  })
}

void t.test('as many unknown keys as a file may have', SOON, async (test) => {
  const unknown = Array.from({ length: 60_000 }, (_, index): readonly [string, Tree] => [
    `success_exit_${index}`,
    listTree([]),
  ])
  const { config } = readConfig(fileOf([['web', service(unknown)]]), worldOf())
  test.equal(config, null)
})

void t.test('an error is told however many warnings come before it', SOON, async (test) => {
  const edge = mappingTree([['required', scalarTree(false)]])
  const near = Array.from({ length: 2000 }, (_, index): readonly [string, Tree] => [`database${index}`, edge])
  const warned = service([['depends_on', mappingTree(near)]])
  const services = fileOf([
    ['database', service()],
    ['warned', warned],
    ['wrong', service([['depends_on', listTree([scalarTree('cache')])]])],
  ])
  const { config, problems } = readConfig(services, worldOf())
  test.equal(config, null)
  test.equal(problems.length, 1000)
  test.same(
    problems.filter(({ severity }) => severity === 'error').map(({ path }) => path),
    ['services.wrong.depends_on'],
  )
})

/** A world with one environment file, which counts how often it is read. */
function worldWithFile(text: string): { readonly world: World; readonly reads: () => number } {
  let reads = 0
  const readText = (): ReturnType<World['readText']> => {
    reads += 1
    return { kind: 'text', text }
  }
  return { world: worldOf({ readText }), reads: () => reads }
}

function reading(...paths: readonly string[]): Tree {
  return service([['env_file', listTree(paths.map(scalarTree))]])
}

function named(count: number, make: () => Tree): readonly (readonly [string, Tree])[] {
  return Array.from({ length: count }, (_, index) => [`s${index}`, make()])
}

void t.test('an environment file in which every line refers to others', SOON, async (test) => {
  const lines = Array.from(
    { length: 40_000 },
    (_, index) => `NAME_${index + 1}=\${NAME_${Math.max(0, index - 1000)}:-x}\n`,
  )
  const { world } = worldWithFile(lines.join(''))
  const { config } = readConfig(fileOf([['web', reading('a.env')]]), world)
  test.equal(config?.services.get('web')?.environment.get('NAME_40000'), 'x')
})

void t.test('an environment file whose variables double with every line', SOON, async (test) => {
  const lines = Array.from({ length: 10_000 }, (_, index) => `A${index + 1}=\${A${index}:-x}\${A${index}:-x}\n`)
  const { world } = worldWithFile(lines.join(''))
  const { problems } = readConfig(fileOf([['web', reading('a.env')]]), world)
  test.same(
    problems.map(({ code, message }) => `${code}: ${message}`),
    ['bad-env-file: "a.env", line 22: too large with its variables filled in: at most 4194304 characters are read'],
  )
})

void t.test('an environment file with nothing right in it', SOON, async (test) => {
  const { world } = worldWithFile('=\n$A\nA=$B\nC=${D}\n'.repeat(20_000))
  const { problems } = readConfig(fileOf([['web', reading('a.env')]]), world)
  test.same([problems.length, new Set(problems.map(({ message }) => message)).size], [200, 200])
})

void t.test(
  'a thousand services that name one environment file read it once, and are told once',
  SOON,
  async (test) => {
    const { world, reads } = worldWithFile('A=1\nB=${NONE}\n')
    const services = Array.from({ length: 1000 }, (_, index): readonly [string, Tree] => [
      `s${index}`,
      reading('a.env'),
    ])
    const { config, problems } = readConfig(fileOf(services), world)
    test.equal(reads(), 1)
    test.same(
      problems.map(({ path }) => path),
      ['services.s0.env_file[0]'],
    )
    test.same(
      config?.services.get('s999')?.environment,
      new Map([
        ['A', '1'],
        ['B', ''],
      ]),
    )
  },
)

const fat = Array.from({ length: 40_000 }, (_, index) => `NAME_${index}=x\n`).join('')

for (const [what, services, told] of [
  ['a thousand services with tens of thousands of variables each', named(1000, () => reading('a.env')), 's25'],
  [
    'a service that lists the same great file a thousand times',
    named(1, () => reading(...Array<string>(1000).fill('a.env'))),
    's0',
  ],
] as const) {
  void t.test(what, SOON, async (test) => {
    const { config, problems } = readConfig(fileOf(services), worldWithFile(fat).world)
    test.equal(config, null)
    test.same(
      problems.map(({ code, path, message }) => `${code} ${path}: ${message}`),
      [`yaml-too-large services.${told}: too many variables: at most 1000000 are set in all`],
    )
  })
}

const INHERITED = ['constructor', 'hasOwnProperty', 'toString', 'valueOf', 'isPrototypeOf']

void t.test('names that every object inherits are names like any other', SOON, async (test) => {
  const variables = mappingTree([...INHERITED, '__proto__'].map((name) => [name, scalarTree(name)]))
  const chain = INHERITED.map((name, index): readonly [string, Tree] => [
    name,
    service([
      ['environment', variables],
      ['labels', variables],
      ['depends_on', listTree(INHERITED.slice(0, index).map(scalarTree))],
      ['x-__proto__', variables],
    ]),
  ])
  const { config, problems } = readConfig(
    mappingTree([
      ['services', mappingTree(chain)],
      ['x-constructor', variables],
    ]),
    worldOf(),
  )
  const expected = new Map([...INHERITED, '__proto__'].map((name) => [name, name]))
  test.same(problems, [])
  test.same([...(config?.services.keys() ?? [])], INHERITED)
  for (const [index, { environment, labels, dependsOn }] of [...(config?.services.values() ?? [])].entries()) {
    test.strictSame([environment, labels], [expected, expected])
    test.same(
      dependsOn.map((edge) => edge.service),
      INHERITED.slice(0, index),
    )
  }
})

void t.test('names that every object inherits are not there by themselves', SOON, async (test) => {
  const needy = service([['depends_on', listTree([...INHERITED, '__proto__'].map(scalarTree))]])
  const keys = [...INHERITED, '__proto__'].map((key): readonly [string, Tree] => [key, scalarTree('x')])
  const file = mappingTree([
    [
      'services',
      mappingTree([
        ['web', needy],
        ['app', service(keys)],
        ['__proto__', service()],
      ]),
    ],
  ])
  const { config, problems } = readConfig(file, worldOf())
  test.equal(config, null)
  test.same(
    problems.map(({ code }) => code),
    [...keys.map(() => 'unknown-key'), 'bad-value', ...INHERITED.map(() => 'unknown-service')],
  )
})

void t.test('a thousand services, each of which waits for ten', SOON, async (test) => {
  const services = Array.from({ length: 1000 }, (_, index): readonly [string, Tree] => {
    const before = Array.from({ length: Math.min(10, index) }, (_unused, back) => scalarTree(`s${index - back - 1}`))
    return [`s${index}`, service([['depends_on', listTree(before)]])]
  })
  const before = performance.now()
  const { config } = readConfig(fileOf(services), worldOf())
  test.ok(performance.now() - before < 10_000)
  test.equal(config?.services.get('s999')?.dependsOn.length, 10)
})

void t.test('no message holds what a terminal would act on', SOON, async (test) => {
  const bad = '\u001b[2J\u009b31m\u202e\n\u2028\ud83d'
  const value = scalarTree(bad)
  const { world } = worldWithFile(`${bad}\nA${bad}=1\nB${bad}="1\nC="\${NONE:?${bad}}"\n`)
  const keys = [
    'type',
    'command',
    'enabled',
    'start_timeout',
    'restart',
    'stop_signal',
    'user',
    'ready',
    'env_file',
    bad,
  ]
  const wrong = keys.map((key): readonly [string, Tree] => [key, value])
  const file = mappingTree([
    ['name', value],
    ['required_env', listTree([value])],
    [bad, value],
    [
      'services',
      mappingTree([
        ['web', mappingTree(wrong)],
        [bad, service()],
        [
          'app',
          service([
            ['depends_on', listTree([value, value, scalarTree(`${bad}x`)])],
            ['user', value],
            ['env_file', value],
          ]),
        ],
      ]),
    ],
  ])
  const { problems } = readConfig(file, world)
  test.ok(problems.length > 12)
  test.same(
    problems.filter(({ message }) => /[\p{Cc}\p{Cs}\u2028-\u202e]/u.test(message)).map(({ message }) => message),
    [],
  )
})
