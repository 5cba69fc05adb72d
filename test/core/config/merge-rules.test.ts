import t from 'tap'
import type { Form } from '../../../src/core/config/shape/form.ts'
import { FILE } from '../../../src/core/config/vocabulary/file.ts'
import { MERGE_RULES, type MergeRule } from '../../../src/core/config/vocabulary/merge-rules.ts'
import { readPage } from '../../docs/pages.ts'

/** What somebody has decided of each key that takes a list, and told on the page. */
const DECIDED: Readonly<Record<string, MergeRule['kind']>> = {
  environment: 'assignments',
  env_file: 'files',
  required_env: 'default',
  secrets: 'default',
  'services.*.command': 'replace',
  'services.*.depends_on': 'edges',
  'services.*.success_exit_codes': 'replace',
  'services.*.restart.prevent_exit_codes': 'replace',
  'services.*.environment': 'assignments',
  'services.*.labels': 'assignments',
  'services.*.env_file': 'files',
  'services.*.expand_file_env': 'default',
  'services.*.group_add': 'default',
  'services.*.cap_add': 'default',
  'services.*.cap_drop': 'default',
  'services.*.profiles': 'default',
  'services.*.post_start': 'commands',
  'services.*.pre_stop': 'commands',
  'services.*.stop_command': 'commands',
  'services.*.ready.exec': 'replace',
  'services.*.ready.http.status': 'replace',
  'services.*.healthcheck.test': 'replace',
  'services.*.healthcheck.exec': 'replace',
  'services.*.healthcheck.http.status': 'replace',
}

interface Met {
  readonly path: string
  readonly form: Form
  readonly rule: MergeRule
}

/** Every key of the vocabulary, outermost first; a key whose value meets by a rule of its own is not looked into. */
function keysBelow({ path, form, rule }: Met): readonly Met[] {
  if (form.kind === 'either') return form.forms.flatMap((one) => keysBelow({ path, form: one, rule }))
  const ruleFor = (key: string): MergeRule => (rule.kind === 'mapping' ? (rule.keys.get(key) ?? rule.others) : rule)
  if (rule.kind !== 'mapping' && rule.kind !== 'default') return []
  if (form.kind === 'map') return keysBelow({ path: `${path}.*`, form: form.value, rule: ruleFor('*') })
  if (form.kind !== 'object') return []
  const met = form.keys.map(({ key, form: value }) => ({ path: join(path, key), form: value, rule: ruleFor(key) }))
  return met.concat(...met.map(keysBelow))
}

function takesList(form: Form): boolean {
  return form.kind === 'list' || (form.kind === 'either' && form.forms.some(takesList))
}

/** The keys of which the rules know something. */
function ruledKeys(rule: MergeRule, path = ''): readonly string[] {
  if (rule.kind !== 'mapping') return []
  const own = [...rule.keys.keys(), ...rule.replaces.keys(), ...[...rule.replaces.values()].flat()]
  const below = [...rule.keys].map(([key, inside]) => ruledKeys(inside, join(path, key)))
  return own.map((key) => join(path, key)).concat(...below, ruledKeys(rule.others, join(path, '*')))
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

const KEYS = keysBelow({ path: '', form: FILE.form, rule: MERGE_RULES })
const LISTS = KEYS.filter(({ form }) => takesList(form))

void t.test('of each key that takes a list it is decided what two of them become', async (test) => {
  test.ok(LISTS.length > 10)
  for (const { path, rule } of LISTS) test.equal(DECIDED[path], rule.kind, path)
})

void t.test('and the page tells of it', async (test) => {
  const { text } = readPage('docs/how-to/several-files.md')
  const keys = Object.keys(DECIDED).map((path) => path.replace(/^.*\./u, ''))
  test.strictSame(
    keys.filter((key) => !text.includes(`\`${key}\``)),
    [],
  )
})

void t.test('the rules know no key that the vocabulary does not have', async (test) => {
  const known = new Set(KEYS.map(({ path }) => path))
  test.strictSame(
    ruledKeys(MERGE_RULES).filter((path) => !known.has(path)),
    [],
  )
})
