/** Says on stderr why nothing is done, and gives the exit status for it. */
export function refuse(message: string, status: number): number {
  process.stderr.write(`supervisor: ${message}\n`)
  return status
}
