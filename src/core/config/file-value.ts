import { utf8Length } from '../text/bytes.ts'
import type { ServiceConfig } from './model.ts'
import type { ReadText } from './world.ts'

/** What a file holds for a variable, or why that cannot be one's value. */
export type FileValue = { readonly kind: 'value'; readonly value: string } | Refused

interface Refused {
  readonly kind: 'missing' | 'refused'
  readonly why: string
}

/** The longest `NAME=value` that execve(2) takes, its NUL included (MAX_ARG_STRLEN). */
export const MAX_VARIABLE_BYTES: number = 128 * 1024

/** The text of a file as the value of a variable: without the line end that an editor or `echo` puts behind the last line. */
export function fileValueOf(name: string, file: ReturnType<ReadText>): FileValue {
  if (file.kind !== 'text') return { kind: file.kind === 'missing' ? 'missing' : 'refused', why: file.why }
  const value = file.text.replace(/\r?\n$/, '')
  if (value.includes('\0')) return { kind: 'refused', why: 'it contains a NUL character, which no variable can hold' }
  const isTooLarge = utf8Length(`${name}=${value}`) + 1 > MAX_VARIABLE_BYTES
  if (isTooLarge) return { kind: 'refused', why: 'it is larger than the 128 KiB that a variable can hold' }
  return { kind: 'value', value }
}

/** What files hold for variables that nobody gives. */
export interface Fallbacks {
  readonly values: ReadonlyMap<string, string>
  /** Why a file that is there could not be taken; null: all could. */
  readonly refusal: string | null
}

/** Reads a service's files of last resort; one that is not there sets nothing. */
export function readFallbacks({ fallbackFiles }: Pick<ServiceConfig, 'fallbackFiles'>, readText: ReadText): Fallbacks {
  const values = new Map<string, string>()
  let refusal: string | null = null
  for (const [name, path] of fallbackFiles) {
    const file = fileValueOf(name, readText(path))
    if (file.kind === 'value') values.set(name, file.value)
    else if (file.kind === 'refused')
      refusal ??= `cannot read "${path}" for "${name}": ${file.why}; mend the file, or set "${name}" or "${name}_FILE"`
  }
  return { values, refusal }
}
