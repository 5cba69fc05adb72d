import { BAD_USAGE } from './exit-status.ts'
import { complain } from './terminal.ts'

/**
 * Tells why a command line cannot be understood, and where more is said, unless the message ends with what was meant.
 *
 * @param help The command line that shows it.
 * @returns The exit status.
 */
export function refuseUsage(refusal: string, help: string): number {
  complain(refusal.endsWith('?') ? refusal : `${refusal}; see "${help}"`)
  return BAD_USAGE
}
