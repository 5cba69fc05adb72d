import manifest from '../../package.json' with { type: 'json' }
import { suggest } from '../core/text/suggest.ts'
import { COMMANDS } from './command-table.ts'
import { BAD_USAGE } from './exit-status.ts'
import { generalHelp } from './help.ts'
import { complain, print } from './terminal.ts'

/** A command: takes its own arguments, gives the exit status. */
type Command = (argv: readonly string[]) => Promise<number>

/** Each command is loaded when it is called: what a command does not need costs it nothing. */
const LOADERS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['init', async () => (await import('./commands/init.ts')).init],
  ['up', async () => (await import('./commands/up.ts')).up],
  ['check', async () => (await import('./commands/check.ts')).check],
  ['status', async () => (await import('./commands/status.ts')).status],
  ['start', async () => (await import('./commands/start.ts')).start],
  ['stop', async () => (await import('./commands/stop.ts')).stop],
  ['restart', async () => (await import('./commands/restart.ts')).restart],
  ['wait', async () => (await import('./commands/wait.ts')).wait],
  ['logs', async () => (await import('./commands/logs.ts')).logs],
  ['health', async () => (await import('./commands/health.ts')).health],
  ['shutdown', async () => (await import('./commands/shutdown.ts')).shutdown],
])

/** `supervisor COMMAND …`; gives the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const [word, ...rest] = argv
  switch (word) {
    case '--help':
    case '-h':
    case 'help':
      print(generalHelp())
      return 0
    case '--version':
      print(`pidone ${manifest.version}\n`)
      return 0
    case undefined:
      complain('name a command; see "supervisor --help"')
      return BAD_USAGE
    default: {
      const load = LOADERS.get(word)
      return load === undefined ? unknown(word) : (await load())(rest)
    }
  }
}

function unknown(word: string): number {
  const names = COMMANDS.map(({ name }) => name)
  const meant = suggest(word, names)
  const hint = meant === null ? '' : `; did you mean "${meant}"?`
  complain(`no command "${word}"${hint}; see "supervisor --help"`)
  return BAD_USAGE
}
