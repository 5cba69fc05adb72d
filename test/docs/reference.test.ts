import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sections } from '../../scripts/reference.ts'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { FILE } from '../../src/core/config/vocabulary/file.ts'
import { parseRequest } from '../../src/core/control/route.ts'
import { ROOT_ASKS } from '../core/control/askers.ts'
import { readPage, ROOT, sectionsOf } from './pages.ts'

/** The words in backticks on a page. */
function codesOf(path: string): ReadonlySet<string> {
  return new Set([...readPage(path).text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code))
}

void t.test('each key of the file has its entry', async (test) => {
  const { text } = readPage('docs/reference/services-yaml.md')
  const keys = sections(FILE.form).flatMap((section) => section.keys.map(({ key }) => key))
  test.ok(keys.length > 50)
  test.same(
    keys.filter((key) => !text.includes(`\n### \`${key}\`\n`)),
    [],
  )
})

void t.test('each command has its entry, and no other', async (test) => {
  const entries = sectionsOf(readPage('docs/reference/cli.md').text)
  test.same(
    [...entries.keys()],
    COMMANDS.map(({ name }) => name),
  )
  for (const { name, options } of COMMANDS) {
    const entry = entries.get(name) ?? ''
    test.match(entry, `\`\`\`sh\nsupervisor ${name}`, name)
    const inherited = /options are those/.test(entry) ? (entries.get('start') ?? '') : ''
    const untold = options.filter((option) => !`${entry}${inherited}`.includes(`--${option.name}`))
    test.same(untold, [], name)
  }
})

void t.test('each command that prints JSON is named with where that comes from, and no other', async (test) => {
  const [head = ''] = readPage('docs/reference/api.md').text.split('\n## ')
  const named = [...head.matchAll(/^\| `(\w+)` /gm)].map(([, name = '']) => name)
  const printing = COMMANDS.filter(({ options }) => options.some(({ name }) => name === 'json'))
  test.same(named.toSorted(), printing.map(({ name }) => name).toSorted())
})

/** All routes, as the refusal of a path that there is not names them. */
function routes(): readonly { readonly method: string; readonly path: string }[] {
  const refusal = refusalOf('GET', '/')
  return [...refusal.matchAll(/\b(GET|POST) (\/v1\/\w+)/g)].map(([, method = '', path = '']) => ({ method, path }))
}

/** The fields of a route, as the refusal of one that there is not names them. */
function fieldsOf(method: string, path: string): readonly string[] {
  const [, known = ''] = refusalOf(method, path).split('there are ')
  return [...known.matchAll(/"(\w+)"/g)].map(([, field = '']) => field)
}

function refusalOf(method: string, path: string): string {
  const answer = parseRequest({ method, path, query: [['x-x', '']], body: '{"x-x": 1}' }, ROOT_ASKS)
  return 'message' in answer ? answer.message : ''
}

void t.test('each route has its entry, and no other, with its fields and an example', async (test) => {
  const entries = sectionsOf(readPage('docs/reference/api.md').text)
  test.ok(routes().length > 5)
  test.same(
    [...entries.keys()].toSorted(),
    routes()
      .map(({ method, path }) => `${method} ${path}`)
      .toSorted(),
  )
  for (const { method, path } of routes()) {
    const entry = entries.get(`${method} ${path}`) ?? ''
    const inherited = entry.includes('The same fields') ? (entries.get('POST /v1/start') ?? '') : ''
    test.match(entry, `http://localhost${path}`, path)
    test.same(
      fieldsOf(method, path).filter((field) => !`${entry}${inherited}`.includes(`| \`${field}\``)),
      [],
      path,
    )
  }
})

function sourceFiles(folder: string): readonly string[] {
  const path = join(ROOT, folder)
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
}

/** What the launcher makes of others' names, and what we tell pidusage. */
function isInner(name: string): boolean {
  return name.startsWith('PIDONE_KEEP') || name === 'PIDUSAGE_SILENT'
}

void t.test('each variable that the program reads or gives has its entry', async (test) => {
  const code = [...sourceFiles('src'), ...sourceFiles('bin')].join('\n')
  const own = [...code.matchAll(/\bPIDONE_[A-Z_]*[A-Z]\b/g)].map(([name]) => name)
  const read = [...code.matchAll(/(?:environment|env)(?:\.|\[')([A-Z][A-Z_]+)\b/g)].map(([, name = '']) => name)
  const given = ['NOTIFY_SOCKET', 'NOTIFY_FD']
  const names = [...new Set([...own, ...read, ...given])].filter((name) => !isInner(name))
  test.ok(names.includes('PIDONE_RUN') && names.includes('XDG_RUNTIME_DIR') && names.includes('PIDONE_CONFIG'))
  const told = codesOf('docs/reference/environment.md')
  test.same(
    names.filter((name) => !told.has(name)),
    [],
  )
})

void t.test('each variable that is kept from the supervisor itself is listed, and no other', async (test) => {
  const launcher = readFileSync(join(ROOT, 'bin', 'launch.sh'), 'utf8')
  const [, list = ''] = /^for pidone_name in ([^;]+);/m.exec(launcher) ?? []
  const kept = list.split(/[\s\\]+/).filter((name) => name !== '')
  const { text } = readPage('docs/reference/environment.md')
  const [, section = ''] = text.split('## What is kept away')
  const listed = [...section.matchAll(/^(?:- |  )`.+$/gm)].flatMap(([line]) =>
    [...line.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  )
  test.ok(kept.length > 40)
  test.same(listed.toSorted(), kept.toSorted())
})

void t.test('each exit status of our own has its row', async (test) => {
  const code = readFileSync(join(ROOT, 'src/cli/exit-status.ts'), 'utf8')
  const statuses = [...code.matchAll(/^export const \w+ = (\d+)$/gm)].map(([, status = '']) => status)
  const { text } = readPage('docs/reference/exit-status.md')
  test.ok(statuses.length >= 3)
  test.same(
    statuses.filter((status) => !new RegExp(`^\\| ${status} +\\|`, 'm').test(text)),
    [],
  )
})

void t.test('environment.md lists what the launcher keeps away from Node, and no more', async (test) => {
  const [, list = ''] = /^for pidone_name in([^;]+);/mu.exec(readFileSync(join(ROOT, 'bin', 'launch.sh'), 'utf8')) ?? []
  const { text } = readPage('docs/reference/environment.md')
  const items = text.match(/(?<=as they were:\n\n)(?:- (?:.|\n )+\n)+/u)?.[0] ?? ''
  const told = [...items.matchAll(/`(\w+)`/gu)].map(([, name = '']) => name)
  test.strictSame(told.toSorted(), list.match(/\w+/gu)?.toSorted())
})
