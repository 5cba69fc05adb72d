import { SIGNAL_NAMES } from '../../core/config/signal.ts'
import { OWN_NAME } from '../../core/log/label.ts'
import type { CommandSpec, OptionSpec } from '../command-spec.ts'
import { COMMANDS } from '../command-table.ts'
import { SHELLS } from './shells.ts'

/** What can stand where somebody types, and what each of it is. */
export type Completion =
  | { readonly kind: 'words'; readonly candidates: readonly Candidate[] }
  /** Names of services, and of what else can be named, but for those that stand there already. */
  | { readonly kind: 'services'; readonly more: readonly Candidate[]; readonly besides: readonly string[] }
  /** A path, or a program: the shell knows better. */
  | { readonly kind: 'files' }

/** A word to choose. */
export interface Candidate {
  readonly word: string
  readonly about: string
}

const NOTHING: Completion = { kind: 'words', candidates: [] }

const GENERAL: readonly Candidate[] = [
  ...COMMANDS.map(({ name, summary }) => ({ word: name, about: summary })),
  { word: '--help', about: 'show all commands' },
  { word: '--version', about: 'show the version' },
]

const HELP: OptionSpec = { name: 'help', kind: { kind: 'flag' }, help: 'show all about this command' }

/**
 * What can stand at the end of a command line. Nothing is left out for what has been typed of the last word so far, but
 * that a `-` begins an option: the shell chooses.
 *
 * @param typed The words after `supervisor`; the last is still being typed, and may be empty.
 */
export function complete(typed: readonly string[]): Completion {
  const words = withoutEquals(typed)
  const [name = '', ...rest] = words
  if (rest.length === 0) return { kind: 'words', candidates: GENERAL }
  const spec = COMMANDS.find((command) => command.name === name)
  return spec === undefined ? NOTHING : completeFor(spec, rest)
}

/** Bash makes words of their own of an `=` and of what stands around it. */
function withoutEquals(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    if (word === '=' && index < words.length - 1) return []
    return word === '=' ? [''] : [word]
  })
}

function completeFor(spec: CommandSpec, words: readonly string[]): Completion {
  const options = [...spec.options, HELP]
  const given: string[] = []
  const plain: string[] = []
  let awaiting: OptionSpec | undefined
  for (const word of words.slice(0, -1)) {
    if (awaiting !== undefined) {
      awaiting = undefined
    } else if (word.startsWith('-')) {
      const option = optionOf(word, options)
      if (option !== undefined) given.push(option.name)
      awaiting = option?.kind.kind === 'flag' || word.includes('=') ? undefined : option
    } else {
      plain.push(word)
      // From here on the options are the command's own.
      if (spec.takes === 'command' || spec.takes === 'service-and-command') return { kind: 'files' }
    }
  }
  if (awaiting !== undefined) return valuesOf(awaiting)
  const last = words.at(-1) ?? ''
  if (!last.startsWith('-')) return argumentsFor(spec, plain)
  if (last.includes('=')) return valuesBehind(last, options)
  const left = options.filter((option) => option.isRepeatable === true || !given.includes(option.name))
  return { kind: 'words', candidates: left.map(described) }
}

/** `--for=re`, which fish and zsh leave in one word. */
function valuesBehind(word: string, options: readonly OptionSpec[]): Completion {
  const option = optionOf(word, options)
  const values = option === undefined ? NOTHING : valuesOf(option)
  if (values.kind !== 'words') return values
  const start = word.slice(0, word.indexOf('=') + 1)
  return {
    kind: 'words',
    candidates: values.candidates.map(({ word: value, about }) => ({ word: start + value, about })),
  }
}

/** `--last`, `--last=5` or `-n`. */
function optionOf(word: string, options: readonly OptionSpec[]): OptionSpec | undefined {
  const [start = ''] = word.split('=', 1)
  return options.find(({ name, short }) => start === `--${name}` || (short !== undefined && start === `-${short}`))
}

function valuesOf({ kind, help }: OptionSpec): Completion {
  switch (kind.kind) {
    case 'text':
      return kind.placeholder === 'FILE' ? { kind: 'files' } : NOTHING
    case 'word':
      return { kind: 'words', candidates: kind.allowed.map((word) => ({ word, about: help })) }
    case 'flag':
    case 'duration':
    case 'instant':
    case 'integer':
      return NOTHING
  }
}

function described({ name, help }: OptionSpec): Candidate {
  return { word: `--${name}`, about: help }
}

const ITSELF: Candidate = { word: OWN_NAME, about: 'its own messages' }

function argumentsFor({ takes, namesSupervisor }: CommandSpec, plain: readonly string[]): Completion {
  switch (takes) {
    case 'nothing':
      return NOTHING
    case 'services':
    case 'some-services':
      return { kind: 'services', more: namesSupervisor === true ? [ITSELF] : [], besides: plain }
    case 'signal-and-services':
      if (plain.length > 0) return { kind: 'services', more: [], besides: plain.slice(1) }
      return { kind: 'words', candidates: SIGNAL_NAMES.map((word) => ({ word: word.slice(3), about: word })) }
    case 'service':
    case 'service-and-command':
      return plain.length === 0 ? { kind: 'services', more: [], besides: plain } : NOTHING
    case 'command':
      return { kind: 'files' }
    case 'shell':
      return { kind: 'words', candidates: SHELLS.map((word) => ({ word, about: 'a shell' })) }
  }
}
