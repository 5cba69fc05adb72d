import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ROOT } from './pages.ts'

/** What the tests look at in a service of a compose file. */
interface ComposeService {
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly args?: Environment }
  readonly environment?: Environment
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly stop_grace_period?: string
  readonly [key: string]: unknown
}

type Environment = Readonly<Record<string, string | null>>

/** A way to call Docker Compose: its files, from `docker`, and the service that comes of them. */
export interface Stack {
  readonly files: readonly string[]
  readonly service: ComposeService
}

interface ComposeFile {
  readonly services: { readonly visits: ComposeService }
}

const PLAIN = read('compose.yaml')
const PRODUCTION = read('compose.prod.yaml')

export const PLAIN_STACK: Stack = { files: ['compose.yaml'], service: PLAIN }
/** Compose would merge what both files say; they have no key in common. */
export const PRODUCTION_STACK: Stack = {
  files: ['compose.yaml', 'compose.prod.yaml'],
  service: { ...PLAIN, ...PRODUCTION },
}
export const DEVELOPMENT_STACK: Stack = { files: ['compose.dev.yaml'], service: read('compose.dev.yaml') }

/** Keys of the production file that the plain one has, too. */
export const REPEATED: readonly string[] = Object.keys(PRODUCTION).filter((key) => key in PLAIN)

function read(name: string): ComposeService {
  return (parse(readFileSync(join(ROOT, 'docker', name), 'utf8')) as ComposeFile).services.visits
}
