import { parseArgs } from 'node:util'
import { LONGEST_MS, parseDuration } from '../core/config/duration.ts'
import { parseSignal, SIGNAL_NAMES } from '../core/config/signal.ts'
import { didYouMean } from '../core/text/suggest.ts'
import type { CommandSpec, OptionSpec } from './command-spec.ts'
import { COMMANDS } from './command-table.ts'
import { SHELLS } from './complete/shells.ts'
import { commandHelp } from './help.ts'
import { print } from './terminal.ts'
import { refuseUsage } from './usage.ts'
import { parseWhen } from './when.ts'

/** The arguments of a command, checked against its row in the table. */
export interface Options {
  readonly has: (option: string) => boolean
  /** The value given to the option; null for none. */
  readonly text: (option: string) => string | null
  /** All values given to the option, in their order. */
  readonly texts: (option: string) => readonly string[]
  /** A whole number: milliseconds for a duration. */
  readonly number: (option: string) => number | null
  /** A time, ms since 1970. */
  readonly instant: (option: string) => number | null
  /** Services, or the words of a command. */
  readonly words: readonly string[]
}

/** Reads the arguments of a command and goes on with them, unless `--help` was wanted or they are wrong (status 64). */
export async function withOptions(
  command: string,
  argv: readonly string[],
  run: (options: Options) => Promise<number>,
): Promise<number> {
  const spec = COMMANDS.find(({ name }) => name === command)
  if (spec === undefined) throw new Error(`internal error: no command "${command}" in the table`)
  const read = readArguments(argv, spec)
  if ('refusal' in read) {
    return refuseUsage(read.refusal, `supervisor ${command} --help`)
  }
  if (read.given.has('help')) {
    print(commandHelp(spec))
    return 0
  }
  return run(optionsOf(read))
}

interface Read {
  readonly given: ReadonlyMap<string, readonly string[]>
  readonly words: readonly string[]
}

type Refused = { readonly refusal: string }

const HELP: OptionSpec = { name: 'help', short: 'h', kind: { kind: 'flag' }, help: '' }

function readArguments(argv: readonly string[], spec: CommandSpec): Read | Refused {
  // `init` and `init CMD…` have none; loading parseArgs takes half a millisecond of a start.
  if (spec.takes === 'command' && argv[0]?.startsWith('-') !== true) return { given: new Map(), words: argv }
  const known = [...spec.options, HELP]
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(known.map((option) => [option.name, nodesOption(option)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Map<string, readonly string[]>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') {
      // From here on the options are the command's own.
      if (takesCommand(spec)) {
        words.push(...ownWords(argv.slice(token.index), spec))
        break
      }
      words.push(token.value)
    } else if (token.kind === 'option') {
      const before = given.get(token.name) ?? []
      const refusal = optionRefusal(token, known, before.length)
      if (refusal !== null) return { refusal }
      given.set(token.name, [...before, token.value ?? ''])
    }
  }
  const refusal = given.has('help') ? null : wordsRefusal(words, spec)
  return refusal === null ? { given, words } : { refusal }
}

function takesCommand({ takes }: CommandSpec): boolean {
  return takes === 'command' || takes === 'service-and-command'
}

/** A service may stand before the command, and `--` between them. */
function ownWords([first = '', ...rest]: readonly string[], { takes }: CommandSpec): readonly string[] {
  return [first, ...(takes === 'service-and-command' && rest[0] === '--' ? rest.slice(1) : rest)]
}

function nodesOption({ short, kind }: OptionSpec): { type: 'boolean' | 'string'; short?: string } {
  const type = kind.kind === 'flag' ? 'boolean' : 'string'
  return short === undefined ? { type } : { type, short }
}

interface Given {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
}

function optionRefusal({ name, rawName, value }: Given, known: readonly OptionSpec[], times: number): string | null {
  const option = known.find((one) => one.name === name)
  if (option === undefined) {
    const names = known.map((one) => `--${one.name}`)
    return `unknown option "${rawName}"${didYouMean(`--${name}`, names)}`
  }
  const { kind } = option
  if (times > 0 && option.isRepeatable !== true) return `option "${rawName}" is given twice`
  if (kind.kind === 'flag') return value === undefined ? null : `option "${rawName}" takes no value`
  if (value === undefined) return `option "${rawName}" needs a value`
  switch (kind.kind) {
    case 'text':
      return value === '' ? `option "${rawName}" needs a value` : null
    case 'duration':
      return durationRefusal(rawName, value, kind.leastMs ?? 0)
    case 'instant':
      return parseWhen(value, Date.now()) === null
        ? `option "${rawName}": "${value}" is no time; write it as 10m, 03:00, 2026-11-21 or 2026-11-21T03:00:00Z`
        : null
    case 'integer': {
      const { least = 0, most } = kind
      return /^\d{1,15}$/u.test(value) && Number(value) >= least && Number(value) <= most
        ? null
        : `option "${rawName}": "${value}" is no whole number from ${least} to ${most}`
    }
    case 'word':
      return kind.allowed.includes(value)
        ? null
        : `option "${rawName}": "${value}" is none of ${kind.allowed.map((word) => `"${word}"`).join(', ')}`
  }
}

function durationRefusal(rawName: string, value: string, leastMs: number): string | null {
  const ms = parseDuration(value)
  if (ms === null) return `option "${rawName}": "${value}" is no duration; write it as 500ms, 30s or 1m30s`
  if (ms < leastMs) return `option "${rawName}": "${value}" is too short; at least ${leastMs}ms is possible`
  return ms <= LONGEST_MS ? null : `option "${rawName}": "${value}" is too long; at most 596h is possible`
}

function wordsRefusal(words: readonly string[], { name, takes }: CommandSpec): string | null {
  if (takes === 'nothing' && words[0] !== undefined) return `${name} takes no argument, but there is "${words[0]}"`
  if (takes === 'some-services' && words.length === 0) return `cannot ${name}: name a service, or "*" for all of them`
  if (takes === 'signal-and-services') return signalRefusal(words)
  if (takes === 'service' && words.length !== 1) return 'cannot show an environment: name one service'
  if (takes === 'service-and-command' && words[1] === undefined) return `cannot ${name}: ${COMMAND_WANTED}`
  if (takes === 'shell') return shellRefusal(words)
  return null
}

const COMMAND_WANTED = 'name a service and a command, as in "exec web -- sh"'

function signalRefusal([signal, service]: readonly string[]): string | null {
  if (signal === undefined) return 'cannot signal: name a signal and a service, as in "signal USR1 web"'
  if (parseSignal(signal) === null)
    return `there is no signal "${signal}"${didYouMean(signal.toUpperCase(), SIGNAL_NAMES)}`
  return service === undefined ? 'cannot signal: name a service, or "*" for all of them' : null
}

function shellRefusal([shell, more]: readonly string[]): string | null {
  const known = SHELLS.map((name) => `"${name}"`).join(', ')
  if (shell === undefined) return `cannot complete: name a shell, one of ${known}`
  if (!SHELLS.some((name) => name === shell)) return `cannot complete words of "${shell}": there are ${known}`
  return more === undefined ? null : `completion takes one shell, but there is "${more}" too`
}

function optionsOf({ given, words }: Read): Options {
  const texts = (option: string): readonly string[] => given.get(option) ?? []
  const text = (option: string): string | null => texts(option)[0] ?? null
  return {
    has: (option) => given.has(option),
    text,
    texts,
    number: (option) => {
      const value = text(option)
      if (value === null) return null
      return /^\d+$/u.test(value) ? Number(value) : Math.ceil(parseDuration(value) ?? 0)
    },
    instant: (option) => parseWhen(text(option) ?? '', Date.now()),
    words,
  }
}
