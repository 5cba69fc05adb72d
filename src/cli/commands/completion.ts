import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withOptions } from '../options.ts'
import { print } from '../terminal.ts'

/** `supervisor completion SHELL`: what the shell has to read. */
export function completion(argv: readonly string[]): Promise<number> {
  return withOptions('completion', argv, ({ words: [shell = ''] }) => {
    const [, program = ''] = process.argv
    print(readFileSync(join(dirname(program), 'completions', shell), 'utf8'))
    return Promise.resolve(0)
  })
}
