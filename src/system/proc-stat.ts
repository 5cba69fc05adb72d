/** One process, as `/proc/PID/stat` tells it (proc_pid_stat(5)); threads are not in it. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
  /** Clock ticks since boot: with the pid it names a process for ever, since pids are used again. */
  readonly startTime: number
  /** False for a zombie: only its parent can make it go. */
  readonly isAlive: boolean
  /** It has begun to end: its memory, and with it the environment, may be gone already (PF_EXITING in linux/sched.h). */
  readonly isExiting: boolean
}

const PF_EXITING = 4

/** The name in brackets may hold anything, brackets and newlines too; what follows the last one is plain. */
export function parseStat(pid: number, stat: string): ProcessEntry {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number): number => Number(fields[number - 3])
  const isZombie = fields[0] === 'Z' || fields[0] === 'X'
  return {
    pid,
    parent: field(4),
    group: field(5),
    session: field(6),
    startTime: field(22),
    // A process whose first thread has ended looks like a zombie while its other threads run on.
    isAlive: !isZombie || field(20) > 1,
    isExiting: (field(9) & PF_EXITING) !== 0,
  }
}
