import type { CommandSpec, OptionKind, OptionSpec } from './command-spec.ts'
import { OWN_NAME } from '../core/log/label.ts'
import { GOALS } from '../core/protocol.ts'

const FLAG: OptionKind = { kind: 'flag' }
const JSON_OPTION: OptionSpec = { name: 'json', kind: FLAG, help: 'print JSON, in a shape that stays' }
const FILE: OptionSpec = {
  name: 'file',
  short: 'f',
  isRepeatable: true,
  kind: { kind: 'text', placeholder: 'FILE' },
  help: 'the services file, again for one over it ($PIDONE_CONFIG, services.yaml, services.yml, /etc/pidone/services.yaml)',
}
const PROFILE: OptionSpec = {
  name: 'profile',
  isRepeatable: true,
  kind: { kind: 'text', placeholder: 'NAME' },
  help: 'choose a profile, "*" for all; again for more ($PIDONE_PROFILES)',
}
/** CPU over less time than this says more of the clock than of the services. */
const INTERVAL: OptionSpec = {
  name: 'interval',
  kind: { kind: 'duration', leastMs: 250 },
  help: 'how often to look (1s)',
}
const CHANGE_OPTIONS: readonly OptionSpec[] = [
  { name: 'no-wait', kind: FLAG, help: 'come back at once, before it is done' },
  { name: 'timeout', kind: { kind: 'duration' }, help: 'give up waiting after this long; the change goes on' },
]
const NAMES = 'SERVICE is a name or a glob such as "web-*"'
const OUTCOME = 'Exit status: 0 done, 1 not (each reason is told), 3 no supervisor, 64 bad usage, 77 not allowed.'
const CHANGE_OUTCOME = 'Exit status: 0 done, 1 not, 124 not in time, 3 no supervisor, 64 bad usage, 77 not allowed.'
const LOOK_OUTCOME = 'Exit status: 0, 3 no supervisor, 64 bad usage, 77 not allowed.'

/** Every command there is, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'init',
    summary: 'run as PID 1 of a container, and CMD in the foreground once the services are ready',
    takes: 'command',
    options: [FILE, PROFILE],
    details: ['Exit status: that of CMD; of a service that ended the container; 0 when asked to stop; 64, 70, 78.'],
  },
  {
    name: 'up',
    summary: 'run the services, or those named and what they need, in this terminal',
    takes: 'services',
    options: [FILE, PROFILE],
    details: [
      'A services.override.yaml beside a file that is not named goes over it.',
      'The profiles of services that are named are chosen.',
      'Ctrl-C stops them in order, twice kills.',
    ],
  },
  {
    name: 'check',
    summary: 'validate the services file and print the plan',
    takes: 'nothing',
    options: [FILE, PROFILE, JSON_OPTION],
    details: ['Exit status: 0 good, 78 not.'],
  },
  {
    name: 'status',
    summary: 'show what runs, how well, and why not',
    takes: 'services',
    options: [
      JSON_OPTION,
      { name: 'no-usage', kind: FLAG, help: 'leave CPU and memory out' },
      { name: 'watch', kind: FLAG, help: 'go on showing it, until q or Ctrl-C' },
      { ...INTERVAL, help: 'with --watch: how often to look (1s)' },
    ],
    details: [
      `${NAMES}; none: all.`,
      'Exit status: 0 all is as wanted, 1 not, 3 no supervisor, 64 bad usage, 77 not allowed.',
    ],
  },
  {
    name: 'top',
    summary: 'show CPU and memory of each service, live',
    takes: 'services',
    options: [
      INTERVAL,
      {
        name: 'iterations',
        short: 'n',
        kind: { kind: 'integer', least: 1, most: 1_000_000_000 },
        help: 'print N tables below each other, and end (1, where the output is no terminal)',
      },
      { ...JSON_OPTION, help: 'print JSON, a line each time, in the shape of status' },
    ],
    details: [`${NAMES}; none: all.`, 'Keys: c, m and n sort by CPU, memory and name; q ends it.', LOOK_OUTCOME],
  },
  {
    name: 'start',
    summary: 'start services and what they need',
    takes: 'some-services',
    options: CHANGE_OPTIONS,
    details: [`${NAMES}.`, CHANGE_OUTCOME],
  },
  {
    name: 'stop',
    summary: 'stop services and keep them stopped',
    takes: 'some-services',
    options: CHANGE_OPTIONS,
    details: [`${NAMES}.`, CHANGE_OUTCOME],
  },
  {
    name: 'restart',
    summary: 'stop services and start them again',
    takes: 'some-services',
    options: CHANGE_OPTIONS,
    details: [`${NAMES}.`, CHANGE_OUTCOME],
  },
  {
    name: 'reload',
    summary: 'tell services to read their configuration again (reload_signal)',
    takes: 'some-services',
    options: [],
    details: [`${NAMES}.`, OUTCOME],
  },
  {
    name: 'signal',
    summary: 'send a signal to the main processes of services',
    takes: 'signal-and-services',
    options: [],
    details: ['SIGNAL is a name or a number, such as USR1, SIGUSR1 or 10.', `${NAMES}.`, OUTCOME],
  },
  {
    name: 'wait',
    summary: 'come back when services are ready',
    takes: 'services',
    options: [
      {
        name: 'for',
        kind: { kind: 'word', allowed: GOALS },
        help: 'what to wait for (ready)',
      },
      { name: 'timeout', kind: { kind: 'duration' }, help: 'give up after this long' },
    ],
    details: [
      `${NAMES}; none: all.`,
      'Exit status: 0 it is so, 1 it will not be, 124 not in time, 3 no supervisor, 64 bad usage, 77 not allowed.',
    ],
  },
  {
    name: 'logs',
    summary: 'show what services wrote lately',
    takes: 'services',
    namesSupervisor: true,
    options: [
      { name: 'follow', short: 'f', kind: FLAG, help: 'go on with what they write from now on' },
      {
        name: 'last',
        short: 'n',
        kind: { kind: 'integer', most: 1_000_000_000 },
        help: 'the last N lines of each service (as many as fit)',
      },
      { name: 'since', kind: { kind: 'instant' }, help: 'nothing older' },
      { name: 'until', kind: { kind: 'instant' }, help: 'nothing newer' },
      { name: 'timestamps', short: 't', kind: FLAG, help: 'begin each line with its time, in UTC' },
      { name: 'no-prefix', kind: FLAG, help: 'leave the names out' },
      { name: 'strip-ansi', kind: FLAG, help: 'leave colours and other escape sequences out' },
      { name: 'json', kind: FLAG, help: 'print each line as JSON' },
    ],
    details: [
      `${NAMES}, or "${OWN_NAME}" itself; none: all.`,
      'WHEN is such as 10m (ago), 03:00, 2026-11-21 or 2026-11-21T03:00:00Z.',
      LOOK_OUTCOME,
    ],
  },
  {
    name: 'events',
    summary: 'show what happens to services as it happens',
    takes: 'services',
    options: [
      {
        name: 'last',
        short: 'n',
        kind: { kind: 'integer', most: 1_000_000_000 },
        help: 'begin with the last N events that are remembered (0)',
      },
      { name: 'no-follow', kind: FLAG, help: 'end after those, or all that are remembered' },
      { name: 'json', kind: FLAG, help: 'print each event as JSON' },
    ],
    details: [`${NAMES}; none: all, and the supervisor itself.`, 'It ends when the supervisor does.', LOOK_OUTCOME],
  },
  {
    name: 'env',
    summary: 'show the environment that a service gets, without its secrets',
    takes: 'service',
    options: [{ name: 'reveal', kind: FLAG, help: 'show secrets too' }, JSON_OPTION],
    details: [
      'SERVICE is a name, or a glob that means one.',
      'Who may only read is not allowed to.',
      'Exit status: 0 shown, 1 the service is disabled, 3 no supervisor, 64 bad usage, 77 not allowed.',
    ],
  },
  {
    name: 'exec',
    summary: 'run a command with the environment, user, folder and limits of a service',
    takes: 'service-and-command',
    options: [],
    details: [
      'SERVICE is a name, or a glob that means one; it need not run.',
      'Exit status: that of CMD; 126 or 127 when it cannot be run;',
      '1 the service is disabled, 3 no supervisor, 64 bad usage, 77 not allowed.',
    ],
  },
  {
    name: 'graph',
    summary: 'draw who waits for whom, and where everybody stands',
    takes: 'services',
    options: [
      {
        name: 'format',
        kind: { kind: 'word', allowed: ['text', 'mermaid', 'dot', 'svg'] },
        help: 'how to draw it (text)',
      },
      JSON_OPTION,
      { ...FILE, help: 'draw this services file, again for one over it' },
      PROFILE,
    ],
    details: [
      `${NAMES}, shown with what it needs; none: all.`,
      'Where no supervisor runs, and with -f or --profile, the file is drawn.',
      'Exit status: 0 drawn, 64 bad usage, 77 not allowed, 78 the file is wrong or missing.',
    ],
  },
  {
    name: 'analyze',
    summary: 'show where the time of the start went, and who was waited for',
    takes: 'services',
    options: [
      JSON_OPTION,
      {
        name: 'svg',
        kind: { kind: 'text', placeholder: 'FILE' },
        help: 'draw it as a chart into FILE, "-" for stdout, instead',
      },
    ],
    details: [`${NAMES}; none: all.`, 'Exit status: 0 all were ready, 1 not, 3 no supervisor.'],
  },
  {
    name: 'health',
    summary: 'say in one line whether all is well, for HEALTHCHECK',
    takes: 'nothing',
    options: [],
    details: ['Exit status: 0 all is as wanted, 1 not, or nobody to ask.'],
  },
  {
    name: 'shutdown',
    summary: 'stop everything in order and end the supervisor',
    takes: 'nothing',
    options: [
      { name: 'code', kind: { kind: 'integer', most: 255 }, help: 'the exit status that the supervisor ends with (0)' },
    ],
    details: ['Exit status: 0 it has begun, 1 not, 3 no supervisor, 64 bad usage, 77 not allowed.'],
  },
  {
    name: 'completion',
    summary: 'print what a shell has to read to complete commands, options and services',
    takes: 'shell',
    options: [],
    details: [
      'SHELL is bash, zsh or fish.',
      'In ~/.bashrc:  source <(supervisor completion bash)',
      'In ~/.zshrc, behind compinit:  source <(supervisor completion zsh)',
      'For fish:  supervisor completion fish > ~/.config/fish/completions/supervisor.fish',
    ],
  },
]
