import manifest from '../../package.json' with { type: 'json' }
import { didYouMean } from '../core/text/suggest.ts'
import { COMMANDS } from './command-table.ts'
import { generalHelp } from './help.ts'
import { print } from './terminal.ts'
import { refuseUsage } from './usage.ts'

/** A command: takes its own arguments, gives the exit status. */
type Command = (argv: readonly string[]) => Promise<number>

/** Each command is loaded when it is called: what a command does not need costs it nothing. */
const LOADERS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['init', async () => (await import('./commands/init.ts')).init],
  ['up', async () => (await import('./commands/up.ts')).up],
  ['check', async () => (await import('./commands/check.ts')).check],
  ['status', async () => (await import('./commands/status.ts')).status],
  ['top', async () => (await import('./commands/top.ts')).top],
  ['start', async () => (await import('./commands/start.ts')).start],
  ['stop', async () => (await import('./commands/stop.ts')).stop],
  ['restart', async () => (await import('./commands/restart.ts')).restart],
  ['reload', async () => (await import('./commands/reload.ts')).reload],
  ['signal', async () => (await import('./commands/signal.ts')).signal],
  ['wait', async () => (await import('./commands/wait.ts')).wait],
  ['logs', async () => (await import('./commands/logs.ts')).logs],
  ['events', async () => (await import('./commands/events.ts')).events],
  ['env', async () => (await import('./commands/env.ts')).env],
  ['exec', async () => (await import('./commands/exec.ts')).exec],
  ['graph', async () => (await import('./commands/graph.ts')).graph],
  ['analyze', async () => (await import('./commands/analyze.ts')).analyze],
  ['health', async () => (await import('./commands/health.ts')).health],
  ['shutdown', async () => (await import('./commands/shutdown.ts')).shutdown],
  ['completion', async () => (await import('./commands/completion.ts')).completion],
  // In no table: they are not for people.
  ['complete', async () => (await import('./commands/complete.ts')).completeWords],
  ['sweep', async () => (await import('./commands/sweep.ts')).sweepRuns],
])

const HELP = 'supervisor --help'

/** `supervisor COMMAND …`; gives the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const [word, ...rest] = argv
  switch (word) {
    case 'help':
      // `supervisor help status` is what other programs have taught.
      if (rest[0] !== undefined) return main([rest[0], '--help'])
      print(generalHelp())
      return 0
    case '--help':
    case '-h':
      print(generalHelp())
      return 0
    case '--version':
      print(`pidone ${manifest.version}\n`)
      return 0
    case undefined:
      return refuseUsage('name a command', HELP)
    default: {
      const load = LOADERS.get(word)
      return load === undefined ? unknown(word) : (await load())(rest)
    }
  }
}

function unknown(word: string): number {
  const [what, known] = word.startsWith('-')
    ? ['unknown option', ['--help', '--version']]
    : ['no command', COMMANDS.map(({ name }) => name)]
  return refuseUsage(`${what} "${word}"${didYouMean(word, known)}`, HELP)
}
