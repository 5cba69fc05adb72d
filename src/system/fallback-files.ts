import type { ServiceConfig } from '../core/config/model.ts'
import { textOf } from './raw-text.ts'
import { readRegularFile } from './read-file.ts'

/** The longest `NAME=value` that execve(2) takes, its NUL included (MAX_ARG_STRLEN). */
const MAX_BYTES = 128 * 1024

/** What files hold for variables that nobody gives; texts may stand for any bytes. */
export interface Fallbacks {
  readonly values: ReadonlyMap<string, string>
  /** Why a file that is there could not be taken; null: all could. */
  readonly refusal: string | null
}

/** Reads them anew: what has run before may have written them. A file that is not there sets nothing. */
export function readFallbacks({ fallbackFiles }: Pick<ServiceConfig, 'fallbackFiles'>): Fallbacks {
  const values = new Map<string, string>()
  let refusal: string | null = null
  for (const [name, path] of fallbackFiles) {
    const file = readRegularFile(path, MAX_BYTES)
    if (file.kind === 'missing') continue
    const why = file.kind !== 'bytes' ? file.why : file.bytes.includes(0) ? WITH_NUL : null
    if (file.kind === 'bytes' && why === null) values.set(name, textOf(file.bytes).replace(/\r?\n$/, ''))
    else refusal ??= `cannot read "${path}" for "${name}": ${why}; mend the file, or set "${name}" or "${name}_FILE"`
  }
  return { values, refusal }
}

const WITH_NUL = 'it contains a NUL character, which no variable can hold'
