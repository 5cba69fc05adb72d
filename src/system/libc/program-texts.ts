import { bytesOf } from '../raw-text.ts'
import { addressOf } from './calls.ts'

interface Unpacked {
  readonly file: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** The texts of a program as libc takes them. */
export interface Texts {
  /** All of them, each with a NUL behind it: the file, the arguments, the variables. */
  readonly strings: Buffer
  /** Arrays of pointers into `strings`, NULL behind the last. */
  readonly args: Buffer
  readonly environment: Buffer
}

/** Packs them; null when there is a NUL within one. */
export function packTexts({ file, args, environment }: Unpacked): Texts | null {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const strings = bytesOf(`${[file, ...args, ...variables].join('\0')}\0`)
  const starts = startsOf(strings)
  const count = 1 + args.length
  if (starts.length !== count + variables.length) return null
  return {
    strings,
    args: pointersTo(strings, starts.slice(1, count)),
    environment: pointersTo(strings, starts.slice(count)),
  }
}

function startsOf(strings: Buffer): readonly number[] {
  const starts: number[] = []
  for (let at = 0; at < strings.length; at = strings.indexOf(0, at) + 1) starts.push(at)
  return starts
}

function pointersTo(strings: Buffer, starts: readonly number[]): Buffer {
  const base = addressOf(strings)
  const pointers = Buffer.alloc(8 * (starts.length + 1))
  for (const [index, start] of starts.entries()) pointers.writeBigUInt64LE(base + BigInt(start), 8 * index)
  return pointers
}
