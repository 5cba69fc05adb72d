import { complete, type Candidate } from '../complete/candidates.ts'
import { knownServices } from '../complete/known-services.ts'
import { escapeControls } from '../render/text.ts'
import { print } from '../terminal.ts'

/**
 * `supervisor complete -- WORD…`, for the scripts of `supervisor completion`: prints what the last word can become, a
 * candidate a line and behind a tab what it is; or `:files`.
 */
export async function completeWords([, ...words]: readonly string[]): Promise<number> {
  const completion = complete(words)
  switch (completion.kind) {
    case 'files':
      print(':files\n')
      break
    case 'words':
      printAll(completion.candidates)
      break
    case 'services': {
      const known = [...(await knownServices()), ...completion.more]
      printAll(known.filter(({ word }) => !completion.besides.includes(word)))
    }
  }
  return 0
}

function printAll(candidates: readonly Candidate[]): void {
  print(candidates.map(({ word, about }) => `${escapeControls(word)}\t${escapeControls(about)}\n`).join(''))
}
