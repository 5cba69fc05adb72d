import { quote } from '../text/quote.ts'
import type { EnvEntry, EnvFile } from './env-file.ts'

/**
 * Reads Compose's `format: raw`: `NAME=value` lines whose value is all that follows, quotes, blanks and dollar signs
 * included; a bare name passes the container's own value through (docker/cli, pkg/kvfile).
 */
export function parseRawEnvFile(text: string): EnvFile {
  const entries: EnvEntry[] = []
  const problems: { readonly line: number; readonly why: string }[] = []
  for (const [index, whole] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = index + 1
    const statement = whole.replace(/\r$/, '').trimStart()
    if (statement === '' || statement.startsWith('#')) continue
    const equals = statement.indexOf('=')
    const name = equals < 0 ? statement : statement.slice(0, equals)
    const why = refusalOf(statement, name)
    if (why !== null) problems.push({ line, why })
    else entries.push({ name, value: equals < 0 ? null : statement.slice(equals + 1), quotes: 'raw', line })
  }
  return { entries, problems }
}

function refusalOf(statement: string, name: string): string | null {
  if (name === '') return 'expected NAME=value'
  // It may be the second line of a secret: nothing of it is told.
  if (/\s/.test(name)) return 'the name contains a blank'
  return statement.includes('\0') ? `the value of ${quote(name)} contains a NUL character` : null
}
