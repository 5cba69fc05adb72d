import type { Machine } from '../../src/core/machine.ts'
import { createProcesses, type ProcessesOptions } from '../../src/system/process.ts'

type Needed = 'environment' | 'notifyDir' | 'reaper'

const OPTIONS: Omit<ProcessesOptions, Needed> = {
  softFileLimit: null,
  fallbacksOf: () => ({ values: new Map(), refusal: null }),
  warn: () => {},
  learn: () => {},
}

/** The part of the machine that starts processes, where no more matters than what is given. */
export function makeProcesses(
  options: Pick<ProcessesOptions, Needed> & Partial<ProcessesOptions>,
): Pick<Machine, 'spawn'> {
  return createProcesses({ ...OPTIONS, ...options })
}
