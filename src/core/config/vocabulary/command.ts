import { either, list } from '../shape/collection.ts'
import { scalar, text } from '../shape/scalar.ts'
import { convert, report, type Shape } from '../shape/shape.ts'
import { splitShellWords } from '../shell-words.ts'

const LINE: Shape<readonly string[]> = scalar(
  { kind: 'text', words: 'a command line', pattern: String.raw`\S`, also: ['number', 'boolean'] },
  (line, at) => {
    const split = splitShellWords(line)
    return split.kind === 'words' ? split.words : report(at, 'bad-value', `cannot split the command: ${split.why}`)
  },
)

/** A command in words, as a list or as a line with a shell's quotes; there is at least one word. */
export const COMMAND: Shape<readonly string[]> = convert(
  either({ scalar: LINE, list: list(text('a word'), 1) }),
  (words, at) => (words[0] === '' ? report(at, 'bad-value', 'the name of the program is empty') : words),
)

/** Text for `/bin/sh -e`. */
export const SCRIPT: Shape<readonly string[]> = scalar(
  { kind: 'text', words: 'shell text', pattern: String.raw`\S`, also: [] },
  (script) => ['/bin/sh', '-e', '-c', script],
)
