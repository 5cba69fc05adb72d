import { createRedactor } from './redact.ts'

/** A redactor that is told of further secrets as they become known. */
export interface LearningRedactor {
  readonly redact: (text: string) => string
  readonly learn: (secret: string) => void
}

/** @param open Words that stand in the file for all to see: to hide them would only hide what is said. */
export function createLearningRedactor(
  secrets: Iterable<string>,
  open: Pick<ReadonlySet<string>, 'has'>,
): LearningRedactor {
  const known = new Set(secrets)
  let redact = createRedactor(known)
  return {
    redact: (text) => redact(text),
    learn: (secret) => {
      if (secret === '' || known.has(secret) || open.has(secret)) return
      known.add(secret)
      redact = createRedactor(known)
    },
  }
}
