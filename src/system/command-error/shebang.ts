/** What the first line of a script says to the kernel (execve(2)), or why it says nothing. */
export type Shebang =
  | { readonly kind: 'interpreter'; readonly path: string; readonly argument: string | null }
  | { readonly kind: 'broken'; readonly why: string }

/** BINPRM_BUF_SIZE: all that the kernel reads of a first line. */
const MAX_LINE_BYTES = 256

/**
 * Reads the first line of a file as the kernel does (fs/binfmt_script.c).
 *
 * @param head The beginning of the file, at least 256 bytes of it if it has them.
 * @returns Null for a file that does not begin with `#!`.
 */
export function parseShebang(head: Buffer): Shebang | null {
  if (head.toString('latin1', 0, 2) !== '#!') return null
  const seen = head.subarray(0, MAX_LINE_BYTES)
  const end = seen.indexOf('\n')
  const line = seen.toString('utf8', 2, end === -1 ? seen.length : end)
  if (line.endsWith('\r')) {
    return {
      kind: 'broken',
      why: `has CRLF line ends, so that its interpreter would be "${line.trim()}\\r"; convert them to LF`,
    }
  }
  const [, path = '', argument = ''] = /^[ \t]*([^ \t]*)[ \t]*(.*?)[ \t]*$/s.exec(line) ?? []
  if (path === '') return { kind: 'broken', why: 'has a first line "#!" that names no interpreter' }
  const isCut = end === -1 && head.length >= MAX_LINE_BYTES
  if (isCut && !/\S[ \t]/.test(line)) {
    return { kind: 'broken', why: `has a first line longer than the ${MAX_LINE_BYTES - 1} bytes that the kernel reads` }
  }
  return { kind: 'interpreter', path, argument: argument === '' ? null : argument }
}

/** What `#!/usr/bin/env …` would run. */
export type EnvProgram =
  | { readonly kind: 'program'; readonly name: string }
  | { readonly kind: 'one-word'; readonly name: string }
  | { readonly kind: 'unknown' }

/**
 * Reads the argument of env in a first line. The kernel hands all of it over as one word, so several words need `-S`.
 */
export function parseEnvArgument(argument: string): EnvProgram {
  const split = /^(?:-S|--split-string=?)\s*(.*)$/.exec(argument)?.[1]
  if (split === undefined) {
    if (argument.startsWith('-') || argument.includes('=')) return { kind: 'unknown' }
    return { kind: /\s/.test(argument) ? 'one-word' : 'program', name: argument }
  }
  // Options, quotes, variables and a PATH of its own are env's to understand, not ours.
  const name = split.split(/\s+/).find((word) => !/^[A-Za-z_]\w*=/.test(word)) ?? ''
  return name === '' || /^-|["'\\$]/.test(name) || /(^|\s)PATH=/.test(split)
    ? { kind: 'unknown' }
    : { kind: 'program', name }
}
