import type { Cancel, Machine, ProbeRequest } from '../core/machine.ts'

/** What a health check has found. */
export interface HealthCheckResult {
  readonly passed: boolean
  /** What a command has printed, or else why it failed, in words. */
  readonly output: string
}

/** Puts the question once; nothing is told after it was taken back. */
export function checkHealth(
  machine: Pick<Machine, 'probe'>,
  request: ProbeRequest,
  checked: (result: HealthCheckResult) => void,
): Cancel {
  let isWanted = true
  const cancel = machine.probe(request, (result) => {
    if (!isWanted) return
    isWanted = false
    const why = result.kind === 'passed' ? '' : result.why
    checked({ passed: result.kind === 'passed', output: result.output || why })
  })
  return () => {
    isWanted = false
    cancel()
  }
}
