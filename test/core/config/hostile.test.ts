import t from 'tap'
import { readConfig } from '../../../src/core/config/read-config.ts'
import type { Tree } from '../../../src/core/config/tree.ts'
import { listTree, mappingTree, scalarTree } from './tree-for.ts'
import { worldOf } from './world-of.ts'

/** What `check` may take for any file, as a limit of each test here. */
const SOON = { timeout: 2000 }

function service(entries: readonly (readonly [string, Tree])[] = []): Tree {
  return mappingTree([['command', scalarTree('serve')], ...entries])
}

function fileOf(services: readonly (readonly [string, Tree])[]): Tree {
  return mappingTree([['services', mappingTree(services)]])
}

/** Sixty letters that differ in the middle only: near enough to be compared to the end. */
function longName(number: number): string {
  return `${'ab'.repeat(13)}${String(number).padStart(8, '0')}${'ba'.repeat(13)}`
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
