import { libc, outcome } from './calls.ts'

// Constants of Linux, the same on all its 64-bit platforms that Node runs on (x86-64, arm64, riscv64).
const P_ALL = 0
const P_PID = 1
const WNOHANG = 1
const WSTOPPED = 2
const WEXITED = 4
const WNOWAIT = 0x1000000
const PR_SET_CHILD_SUBREAPER = 36
/** Where things stand in siginfo_t on 64-bit: signo, errno, code, padding, pid, uid, status. */
const SI_CODE_OFFSET = 8
const SI_PID_OFFSET = 16
const SI_STATUS_OFFSET = 24
/** si_code of a child that called exit; the others, CLD_KILLED and CLD_DUMPED, died by a signal. */
const CLD_EXITED = 1

const siginfo = Buffer.alloc(128)

/** A process that is dead and not yet waited for; `status` is its exit code or the number of the signal. */
export interface DeadChild {
  readonly pid: number
  readonly how: 'exited' | 'killed'
  readonly status: number
}

/** The next dead child, left as it is (waitid(2) with WNOWAIT); null when there is none, or a negative errno. */
export function peekDeadChild(): DeadChild | null | number {
  siginfo.fill(0)
  const result = outcome(libc().waitid(P_ALL, 0, siginfo, WEXITED | WNOHANG | WNOWAIT))
  if (result < 0) return result
  const pid = siginfo.readInt32LE(SI_PID_OFFSET)
  const how = siginfo.readInt32LE(SI_CODE_OFFSET) === CLD_EXITED ? 'exited' : 'killed'
  return pid === 0 ? null : { pid, how, status: siginfo.readInt32LE(SI_STATUS_OFFSET) }
}

/** Takes a dead child's status away; its pid, 0 when it lives, or a negative errno. */
export function reapChild(pid: number): number {
  return outcome(libc().waitpid(pid, null, WNOHANG))
}

/** The number of the signal that has stopped a child of ours since the last question; null: it was not stopped. */
export function takeStop(pid: number): number | null {
  siginfo.fill(0)
  if (libc().waitid(P_PID, pid, siginfo, WSTOPPED | WNOHANG) !== 0) return null
  return siginfo.readInt32LE(SI_PID_OFFSET) === pid ? siginfo.readInt32LE(SI_STATUS_OFFSET) : null
}

/** Makes this process the parent of its descendants' orphans (PR_SET_CHILD_SUBREAPER); 0 or a negative errno. */
export function becomeSubreaper(): number {
  return outcome(libc().prctl(PR_SET_CHILD_SUBREAPER, 1))
}
