#!/usr/bin/env node
const COMMANDS = {
  serve: () => import('./server.js'),
  migrate: () => import('./migrate.js'),
  report: () => import('./report.js'),
}
const USAGE = `visits serve     answers HTTP on PORT
visits migrate   brings the database up to date
visits report    tells what was counted
`

const [command = '', ...rest] = process.argv.slice(2)
if (['', 'help', '--help', '-h'].includes(command)) process.stdout.write(USAGE)
else if (rest.length === 0 && Object.hasOwn(COMMANDS, command)) await COMMANDS[command]()
else {
  const why = rest.length === 0 ? `no command "${command}"` : `"${rest[0]}" is one word too many`
  process.stderr.write(`visits: ${why}; there are serve, migrate and report\n`)
  process.exitCode = 64
}
