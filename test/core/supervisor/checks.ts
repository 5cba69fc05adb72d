import type { Healthcheck } from '../../../src/core/config/model.ts'

/** A question whose first bad answer counts. */
export const CHECK: Healthcheck = {
  probe: { kind: 'tcp', host: '127.0.0.1', port: 80 },
  intervalMs: 30_000,
  timeoutMs: 30_000,
  retries: 1,
  startPeriodMs: 0,
  startIntervalMs: 5_000,
  onUnhealthy: 'restart',
  isReadiness: false,
}
