import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where `initdb` and `postgres` are: in PATH, or where Debian and Red Hat put each version; null when nowhere. */
export const POSTGRES_FOLDER: string | null = findPostgres()

function findPostgres(): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(':'), ...versioned('/usr/lib/postgresql'), ...versioned('/usr')]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ?? null
}

/** The newest first. */
function versioned(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  const versions = readdirSync(folder).filter((name) => /^(pgsql-)?\d+$/.test(name))
  return versions
    .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(folder, name, 'bin'))
}
