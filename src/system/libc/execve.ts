import { constants } from 'node:os'
import { libc, outcome } from './calls.ts'
import { packTexts } from './program-texts.ts'

/** signal(2): what a program without a word of its own does. */
const SIG_DFL = 0

/** Those that Node ignores, and a program would go on ignoring (PlatformInit in src/node.cc); the others it takes back. */
const IGNORED = [constants.signals.SIGPIPE, constants.signals.SIGXFSZ]

/**
 * Becomes a program, whose texts are as of `textOf`: with this pid, terminal and parent. Nothing of ours runs after it.
 *
 * @returns A negative errno, when it could not; -EINVAL where a text has a NUL, which would end it.
 */
export function becomeProgram(program: {
  readonly file: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}): number {
  const texts = packTexts(program)
  if (texts === null) return -constants.errno.EINVAL
  for (const signal of IGNORED) libc().signal(signal, SIG_DFL)
  // `strings` begins with the file.
  return outcome(libc().execve(texts.strings, texts.args, texts.environment))
}
