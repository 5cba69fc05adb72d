import type { CommandSpec, OptionKind, OptionSpec } from './command-spec.ts'
import { COMMANDS } from './command-table.ts'

/** What `supervisor --help` prints. */
export function generalHelp(): string {
  const usages = COMMANDS.map((command) => [`${command.name}${argumentsOf(command)}`, command.summary] as const)
  return [
    'Usage: supervisor COMMAND [OPTION…] [ARGUMENT…]',
    '',
    'Brings up the services of one file in the order of their dependencies, keeps them up and takes them down.',
    '',
    'Commands:',
    ...aligned(usages),
    '',
    'Options:',
    ...aligned([
      ['--help', 'show this, or after a command all about it'],
      ['--version', 'show the version'],
    ]),
    '',
    'Environment:',
    ...aligned([
      ['PIDONE_RUNTIME_DIR', 'the folder of the control socket (/run/pidone)'],
      ['NO_COLOR', 'no colour'],
      ['FORCE_COLOR', 'colour, also where no terminal is'],
    ]),
    '',
  ].join('\n')
}

/** What `supervisor COMMAND --help` prints. */
export function commandHelp(command: CommandSpec): string {
  const options = [...command.options.map(described), ['--help', 'show this'] as const]
  return [
    `Usage: supervisor ${command.name}${command.options.length === 0 ? '' : ' [OPTION…]'}${argumentsOf(command)}`,
    '',
    `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`,
    ...command.details,
    '',
    'Options:',
    ...aligned(options),
    '',
  ].join('\n')
}

function argumentsOf({ takes }: CommandSpec): string {
  switch (takes) {
    case 'nothing':
      return ''
    case 'services':
      return ' [SERVICE…]'
    case 'signal-and-services':
      return ' SIGNAL SERVICE…'
    case 'service':
      return ' SERVICE'
    case 'service-and-command':
      return ' SERVICE CMD…'
    case 'some-services':
      return ' SERVICE…'
    case 'command':
      return ' [CMD…]'
    case 'shell':
      return ' SHELL'
  }
}

function described({ name, short, kind, help }: OptionSpec): readonly [string, string] {
  return [`${short === undefined ? '' : `-${short}, `}--${name}${placeholder(kind)}`, help]
}

function placeholder(kind: OptionKind): string {
  switch (kind.kind) {
    case 'flag':
      return ''
    case 'text':
      return ` ${kind.placeholder}`
    case 'duration':
      return ' DURATION'
    case 'instant':
      return ' WHEN'
    case 'integer':
      return ' N'
    case 'word':
      return ` ${kind.allowed.join('|')}`
  }
}

function aligned(pairs: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...pairs.map(([left]) => left.length))
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
