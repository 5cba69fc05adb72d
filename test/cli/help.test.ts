import t from 'tap'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { commandHelp, generalHelp } from '../../src/cli/help.ts'

void t.test('the help names every command', async (test) => {
  test.equal(
    generalHelp(),
    `Usage: supervisor COMMAND [OPTION…] [ARGUMENT…]

Brings up the services of one file in the order of their dependencies, keeps them up and takes them down.

Commands:
  init [CMD…]             run as PID 1 of a container, and CMD in the foreground once the services are ready
  up [SERVICE…]           run the services, or those named and what they need, in this terminal
  check                   validate the services file and print the plan
  status [SERVICE…]       show what runs, how well, and why not
  start SERVICE…          start services and what they need
  stop SERVICE…           stop services and keep them stopped
  restart SERVICE…        stop services and start them again
  reload SERVICE…         tell services to read their configuration again (reload_signal)
  signal SIGNAL SERVICE…  send a signal to the main processes of services
  wait [SERVICE…]         come back when services are ready
  logs [SERVICE…]         show what services wrote lately
  graph [SERVICE…]        draw who waits for whom, and where everybody stands
  analyze [SERVICE…]      show where the time of the start went, and who was waited for
  health                  say in one line whether all is well, for HEALTHCHECK
  shutdown                stop everything in order and end the supervisor

Options:
  --help     show this, or after a command all about it
  --version  show the version

Environment:
  PIDONE_RUNTIME_DIR  the folder of the control socket (/run/pidone)
  NO_COLOR            no colour
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
SERVICE is a name or a glob such as "web-*"; none: all.

Options:
  -f, --follow  go on with what they write from now on
  -n, --last N  the last N lines of each service (as many as fit)
  --json        print each line as JSON
  --help        show this
`,
  )
})
