#!/usr/bin/env node
const COMMANDS = {
  start: async () => {
    await COMMANDS.migrate()
    await COMMANDS.serve()
  },
  serve: async () => (await import('./server.js')).serve(),
  migrate: async () => (await import('./migrate.js')).migrate(),
  report: async () => (await import('./report.js')).report(),
}
const USAGE = `visits start     brings the database up to date, then serves
visits serve     answers HTTP on PORT
visits migrate   brings the database up to date
visits report    tells what was counted
`

const [command = '', ...rest] = process.argv.slice(2)
if (['', 'help', '--help', '-h'].includes(command)) process.stdout.write(USAGE)
else if (rest.length === 0 && Object.hasOwn(COMMANDS, command)) void COMMANDS[command]()
else {
  const why = rest.length === 0 ? `no command "${command}"` : `"${rest[0]}" is one word too many`
  process.stderr.write(`visits: ${why}; there are start, serve, migrate and report\n`)
  process.exitCode = 64
}
