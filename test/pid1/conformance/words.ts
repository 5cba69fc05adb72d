/** Words that run a script of `sh` with what follows as its arguments: `exec "$@" <&-`. */
export function shell(script: string): readonly string[] {
  return ['sh', '-c', script, 'sh']
}

/** Words that run a script of Perl, which Debian always has (perl-base), with further words as its arguments. */
export function perl(script: string, ...words: readonly string[]): readonly string[] {
  return ['perl', '-e', `$| = 1; ${script}`, ...words]
}
