import type { Form, KeyForm, ObjectForm, Plain, Rule } from '../src/core/config/shape/form.ts'
import { exampleSnippet } from './example-file.ts'

const HEAD = `# services.yaml

<!-- Written by scripts/generate.ts from src/core/config/vocabulary: change it there. -->

All keys, made from the table that the validator itself uses. Any key that is not listed is an error.

- Durations are numbers with units, \`us\`, \`ms\`, \`s\`, \`m\` or \`h\`: \`1m30s\`, \`250ms\`. A bare number is none.
- Signals are \`SIGTERM\`, \`TERM\` or \`15\`.
- Any value may take text from the environment, with \`\${VAR}\`, \`\${VAR:-default}\` and the like.
- Keys that begin with \`x-\`, at the top and in services, are for your own use.
`

/** The reference page of a file, made from its vocabulary: Markdown. */
export function referencePage(form: ObjectForm): string {
  return [HEAD, ...sections(form).map(sectionText)].join('\n')
}

/** The mappings with known keys, each once, the outer before the inner. */
export function sections(form: Form): readonly ObjectForm[] {
  const found = new Map<string, ObjectForm>()
  const visit = (inner: Form): void => {
    if (inner.kind === 'object' && found.has(inner.name)) return
    if (inner.kind === 'object') found.set(inner.name, inner)
    for (const part of parts(inner)) visit(part)
  }
  visit(form)
  return [...found.values()]
}

function parts(form: Form): readonly Form[] {
  switch (form.kind) {
    case 'object':
      return form.keys.map((key) => key.form)
    case 'either':
      return form.forms
    case 'list':
      return [form.item]
    case 'map':
      return [form.value]
    case 'text':
    case 'number':
    case 'boolean':
    case 'choice':
    case 'nothing':
      return []
  }
}

function sectionText(section: ObjectForm): string {
  const rules = section.rules.map((rule) => `${ruleText(rule)}\n`)
  return [`## ${title(section.name)}\n`, ...rules, ...section.keys.map((key) => keyText(section, key))].join('\n')
}

function title(name: string): string {
  return `Keys of ${name === '' ? 'the file' : `\`${name}\``}`
}

function ruleText(rule: Rule): string {
  switch (rule.kind) {
    case 'exactly-one':
      return rule.keys.length === 1
        ? `${codes(rule.keys)} is required.`
        : `Exactly one of ${codes(rule.keys)} is required${rule.unless === undefined ? '' : `, unless \`${rule.unless}\` is there`}.`
    case 'only-with':
      return rule.with.length === 1
        ? `Only with ${codes(rule.with)}: ${codes(rule.keys)}.`
        : `Only with one of ${codes(rule.with)}: ${codes(rule.keys)}.`
    case 'excludes':
      return `\`${rule.key}\` excludes ${codes(rule.keys)}.`
    case 'only-when':
      return `Only with \`${rule.key}: ${rule.value}\`: ${codes(rule.keys)}.`
  }
}

function codes(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ')
}

function keyText(section: ObjectForm, key: KeyForm): string {
  const fallback = key.defaultNote ?? (key.default === undefined ? null : `\`${flow(key.default)}\``)
  return [
    `### \`${key.key}\``,
    '',
    key.description,
    '',
    `- Value: ${formText(key.form)}`,
    ...(fallback === null ? [] : [`- Default: ${fallback}`]),
    '',
    '```yaml',
    exampleSnippet(section.name, key.example),
    '```',
    '',
  ].join('\n')
}

/** A form as the reference has it: all that may stand there. */
function formText(form: Form): string {
  switch (form.kind) {
    case 'text':
    case 'number':
      return form.words
    case 'boolean':
      return '`true` or `false`'
    case 'choice':
      return codes(form.values)
    case 'nothing':
      return 'nothing'
    case 'list':
      return `a list (each: ${formText(form.item)})`
    case 'map':
      return `a mapping (each value: ${formText(form.value)})`
    case 'object':
      return `a [mapping](#${slug(title(form.name))})`
    case 'either':
      return [...new Set(form.forms.map(formText))].join(', or ')
  }
}

/** The anchor that GitHub gives to a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9_ -]/g, '')
    .replaceAll(' ', '-')
}

function flow(value: Plain): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
