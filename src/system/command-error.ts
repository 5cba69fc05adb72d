/** Why a command cannot be executed; null when nothing speaks against it. */
export function findCommandProblem(_request: {
  readonly argv0: string
  readonly path: string | undefined
  readonly workingDir: string | null
}): { readonly message: string; readonly status: 126 | 127 } | null {
  return null
}
