import { resolve } from 'node:path'
import type { Probe } from '../core/config/model.ts'
import type { Machine, ProbeRequest, ProbeResult, Retract } from '../core/machine.ts'
import { type Check, causeOf, type Command, failed, refused } from './checks/check.ts'
import type { RunOnce } from './checks/exec.ts'
import { placeOf } from './checks/place.ts'
import { MAX_TIMER_MS } from './limits.ts'

/**
 * Makes the machine's `probe`: one attempt, within its time, that answers exactly once and leaves nothing open.
 * Each kind of check is loaded when it is first asked for, so that it costs nothing at start.
 */
export function createProbe(tools: { readonly runOnce: RunOnce }): Machine['probe'] {
  return (request, answered) => {
    let phase: 'asking' | 'settled' | 'cancelled' = 'asking'
    let close: Retract | null = null
    const settle = (result: ProbeResult) => {
      if (phase !== 'asking') return
      end('settled')
      // Apart from us, so that what `answered` throws is not taken for the check's failure.
      queueMicrotask(() => {
        if (phase === 'settled') answered(result)
      })
    }
    const timer = startTimer(request, () => settle(failed(timeoutText(request))))
    void begin()
    return (gone) => {
      end('cancelled')
      // Closed already or not; who is told of its end is another one each time.
      if (close === null) gone?.()
      else close(gone)
    }

    function end(as: 'settled' | 'cancelled'): void {
      const wasAsking = phase === 'asking'
      phase = as
      if (!wasAsking) return
      clearTimeout(timer)
      close?.()
    }

    async function begin(): Promise<void> {
      try {
        const check = await prepare(request, tools.runOnce)
        if (phase !== 'asking') return
        close = check(settle)
        // It may have settled before there was anything to close.
        if (phase !== 'asking') close()
      } catch (error) {
        settle(refused(error, `${placeOf(request.probe)}: ${causeOf(error)}`))
      }
    }
  }
}

/** None for a command: that has answered only when it is gone, and so it is killed before the answer, not after it. */
function startTimer({ probe, timeoutMs }: ProbeRequest, expired: () => void): NodeJS.Timeout | undefined {
  return probe.kind === 'exec' ? undefined : setTimeout(expired, Math.min(timeoutMs, MAX_TIMER_MS))
}

function timeoutText({ probe, timeoutMs }: ProbeRequest): string {
  return `${placeOf(probe)}: no answer within ${timeoutMs / 1000} s`
}

/** Loads the check for the question. Relative paths start at the service's folder, as they do for the service. */
async function prepare(request: ProbeRequest, runOnce: RunOnce): Promise<Command> {
  const { probe } = request
  if (probe.kind !== 'exec') return asCommand(await prepareCheck(request, probe))
  return (await import('./checks/exec.ts')).execCheck({ ...request, argv: probe.argv }, runOnce)
}

/** Of a connection nothing is left when it is closed. */
function asCommand(check: Check): Command {
  return (settle) => {
    const close = check(settle)
    return (gone) => {
      close()
      gone?.()
    }
  }
}

async function prepareCheck(request: ProbeRequest, probe: Exclude<Probe, { kind: 'exec' }>): Promise<Check> {
  switch (probe.kind) {
    case 'tcp':
      return (await import('./checks/connect.ts')).connectCheck(probe)
    case 'unix':
      return (await import('./checks/connect.ts')).connectCheck({ ...probe, path: inFolder(request, probe.path) })
    case 'http':
      return (await import('./checks/http.ts')).httpCheck(probe)
    case 'postgres':
      return (await import('./checks/postgres.ts')).postgresCheck(probe)
    case 'redis':
      return (await import('./checks/redis.ts')).redisCheck(probe)
    case 'file':
      return (await import('./checks/file.ts')).fileCheck({
        path: inFolder(request, probe.path),
        notBeforeEpochMs: request.spawnedAtEpochMs,
      })
  }
}

function inFolder({ service }: ProbeRequest, path: string): string {
  return resolve(service.workingDir ?? '', path)
}
