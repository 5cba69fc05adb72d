import { parseArgs } from 'node:util'
import { loadConfig, type LoadedConfig } from '../daemon/load-config.ts'
import { readConfigFile } from '../system/config-file.ts'
import { replyTo } from './check-reply.ts'
import { findConfig } from './find-config.ts'
import { renderPlan } from './render-plan.ts'
import { renderProblems, type Paint } from './render-problems.ts'
import { createWorld, readEnvironment } from './world.ts'

const HELP = `Usage: supervisor check [-f FILE] [--json]

Reads the configuration, tells every problem in it, and prints in which order its services would start.

  -f, --file FILE  the configuration (default: $PIDONE_CONFIG, services.yaml, services.yml,
                   /etc/pidone/services.yaml)
      --json       problems and plan as JSON
  -h, --help       this text

Exit status: 0 it can be used, 64 bad usage, 78 it cannot be used
`

/** What the command line asks for, or what is wrong with it. */
type Asked =
  | { readonly kind: 'check'; readonly file: string | null; readonly format: 'text' | 'json' }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }

/**
 * `supervisor check`: validates the file and prints the plan; nothing is started.
 *
 * @returns The exit status: 0, 64 for bad usage, 78 for a file that cannot be used.
 */
export async function check(argv: readonly string[]): Promise<number> {
  const asked = parse(argv)
  switch (asked.kind) {
    case 'help':
      process.stdout.write(HELP)
      return 0
    case 'wrong':
      process.stderr.write(`supervisor check: ${asked.message}; see "supervisor check --help"\n`)
      return 64
    case 'check':
      return checkFile(asked.file, asked.format)
  }
}

function parse(argv: readonly string[]): Asked {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        file: { type: 'string', short: 'f', multiple: true },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help === true) return { kind: 'help' }
    const [file = null, ...more] = values.file ?? []
    if (file === '') return { kind: 'wrong', message: 'option "-f" needs the name of a file' }
    if (more.length > 0)
      return { kind: 'wrong', message: 'option "-f" is given more than once, but only one file is read' }
    return { kind: 'check', file, format: values.json === true ? 'json' : 'text' }
  } catch (error) {
    if (!(error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))) throw error
    return { kind: 'wrong', message: explain(error.message) }
  }
}

/** The first sentence of what parseArgs says, in our form. */
function explain(message: string): string {
  const [first = message] = message.split(/\. |\n/)
  const text = first.replaceAll("'", '"').replace(/\.$/, '')
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

function checkFile(file: string | null, format: 'text' | 'json'): number {
  const environment = readEnvironment()
  const found = findConfig(file, environment)
  if (found.kind === 'none') {
    process.stderr.write(`supervisor check: ${found.message}\n`)
    return 78
  }
  const world = createWorld('init', found.path, environment)
  const loaded = loadConfig({ path: found.path, read: readConfigFile }, world)
  if (format === 'json')
    process.stdout.write(`${JSON.stringify(replyTo(found.path, loaded.config, loaded.problems))}\n`)
  else print(found.path, loaded)
  return loaded.config === null ? 78 : 0
}

function print(file: string, { config, problems, sources }: LoadedConfig): void {
  process.stderr.write(renderProblems(problems, sources, paintOf(process.stderr)))
  const { plan } = replyTo(file, config, problems)
  if (plan !== null) process.stdout.write(renderPlan(plan))
}

function paintOf(stream: { readonly isTTY?: boolean }): Paint {
  return stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '' ? 'color' : 'plain'
}
