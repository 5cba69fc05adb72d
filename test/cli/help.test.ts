import t from 'tap'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { commandHelp, generalHelp } from '../../src/cli/help.ts'

void t.test('the help names every command, in columns', async (test) => {
  const help = generalHelp()
  const [, table = ''] = /\nCommands:\n([^]*?)\n\n/u.exec(help) ?? []
  const rows = table.split('\n').map((row) => /^ {2}(?<usage>\S+(?: \S+)*) {2,}(?<summary>.+)$/u.exec(row)?.groups)
  test.strictSame(
    rows.map((row) => row?.['usage']?.split(' ')[0]),
    COMMANDS.map(({ name }) => name),
  )
  test.strictSame(
    rows.map((row) => row?.['summary']),
    COMMANDS.map(({ summary }) => summary),
  )
  test.equal(new Set(COMMANDS.map(({ summary }, index) => table.split('\n')[index]?.indexOf(summary))).size, 1)
  test.equal(
    help.replace(table, '  …'),
    `Usage: supervisor COMMAND [OPTION…] [ARGUMENT…]

Brings up the services of one file in the order of their dependencies, keeps them up and takes them down.

Commands:
  …

Options:
  --help     show this, or after a command all about it
  --version  show the version

Environment:
  PIDONE_RUNTIME_DIR  the folder of the control socket (/run/pidone)
  NO_COLOR            no colour
  FORCE_COLOR         colour, also where no terminal is
`,
  )
})

void t.test('a command’s help shows how it is used', async (test) => {
  test.equal(
    COMMANDS.filter(({ name }) => name === 'logs')
      .map(commandHelp)
      .join(''),
    `Usage: supervisor logs [OPTION…] [SERVICE…]

Show what services wrote lately.
SERVICE is a name or a glob such as "web-*", or "supervisor" itself; none: all.
WHEN is such as 10m (ago), 03:00, 2026-11-21 or 2026-11-21T03:00:00Z.
Exit status: 0, 3 no supervisor, 64 bad usage, 77 not allowed.

Options:
  -f, --follow      go on with what they write from now on
  -n, --last N      the last N lines of each service (as many as fit)
  --since WHEN      nothing older
  --until WHEN      nothing newer
  -t, --timestamps  begin each line with its time, in UTC
  --no-prefix       leave the names out
  --strip-ansi      leave colours and other escape sequences out
  --json            print each line as JSON
  --help            show this
`,
  )
})
