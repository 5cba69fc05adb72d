const HINTS: Readonly<Record<string, string | undefined>> = {
  EISDIR: 'it is a folder; remove it',
  // Node's own name for it, of its rm().
  ERR_FS_EISDIR: 'it is a folder; remove it',
  EMFILE: 'too many open files; raise their limit ("docker run --ulimit nofile=N")',
  ENFILE: 'too many open files on the whole machine; raise the sysctl fs.file-max',
  ENOMEM: 'out of memory; give the container more',
}

/** An errno by its name, with the way out where there is one, whatever was called. */
export function withHint(code: string): string {
  const hint = HINTS[code]
  return hint === undefined ? code : `${code}: ${hint}`
}
