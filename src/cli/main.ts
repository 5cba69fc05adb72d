/** A command: takes its own arguments, gives the exit status. */
type Command = (argv: readonly string[]) => Promise<number>

const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['init', async () => (await import('./commands/init.ts')).init],
  ['up', async () => (await import('./commands/up.ts')).up],
])

export async function main(argv: readonly string[]): Promise<number> {
  const [name = '', ...rest] = argv
  const load = COMMANDS.get(name)
  return load === undefined ? 64 : (await load())(rest)
}
