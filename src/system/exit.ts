import { constants } from 'node:os'
import type { SignalName } from '../core/config/signal.ts'
import type { Exit } from '../core/service/exit.ts'
import type { DeadChild } from './libc/wait.ts'

/**
 * How a process ended.
 *
 * The real-time signals, from 32 on, have no names here (nor in Node), so a death by one of them is told as the code
 * that a shell would give for it: 128 plus the signal's number.
 */
export function exitOf({ how, status }: Pick<DeadChild, 'how' | 'status'>): Exit {
  if (how === 'exited') return { kind: 'code', code: status }
  // The first name of a number: SIGIOT and SIGPOLL come after SIGABRT and SIGIO.
  const signal = Object.entries(constants.signals).find(([, number]) => number === status)?.[0]
  return signal === undefined ? { kind: 'code', code: 128 + status } : { kind: 'signal', signal: signal as SignalName }
}
