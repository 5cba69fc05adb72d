/** The standing services that examples speak of. */
const OTHERS = `  db:
    command: postgres
  migrate:
    type: oneshot
    command: [node, migrate.js]`

/**
 * A key's example inside the section that it belongs to, as one would write it in a service or at the top.
 *
 * @param section As the vocabulary names it: `services.NAME.ready`.
 */
export function exampleSnippet(section: string, example: string): string {
  const within = section.replace(/^services\.NAME\.?/, '')
  if (within === '') return example
  // A rotation goes only with a file.
  if (within === 'logs.rotate') return `logs:\n  file: /var/log/{service}.log\n  rotate:\n${indent(example, 4)}`
  if (within.endsWith('[]')) return `${within.slice(0, -2)}:\n${indent(example, 4).replace(/^ {4}/, '  - ')}`
  const [first = '', ...others] = within
    .replace('ulimits.NAME', 'ulimits.nofile')
    .replace('signals.SIGNAL', 'signals.USR2')
    .replaceAll('NAME', 'db')
    .split('.')
  const inner = others.length === 0 ? example : exampleSnippet(others.join('.'), example)
  return `${first}:\n${indent(inner, 2)}`
}

/** A whole file around a key's example. */
export function exampleFile(section: string, example: string): string {
  const snippet = exampleSnippet(section, example)
  if (!section.startsWith('services.')) {
    return snippet.startsWith('services:') ? snippet : `${snippet}\nservices:\n${OTHERS}\n`
  }
  const command = /^(?:command|script):/m.test(snippet) ? '' : '    command: [node, server.js]\n'
  const type = section.startsWith('services.NAME.schedule') ? '    type: oneshot\n' : ''
  return `services:\n  app:\n${type}${command}${indent(snippet, 4)}\n${OTHERS}\n`
}

function indent(text: string, by: number): string {
  return text.replaceAll(/^(?!$)/gm, ' '.repeat(by))
}
