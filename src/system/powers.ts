import { getPriority } from 'node:os'
import type { UlimitName } from '../core/config/model.ts'
import type { Powers } from '../core/config/world.ts'
import { namesOf, readCapabilities } from './capabilities.ts'
import { readRegularFile } from './read-file.ts'

const MAX_BYTES = 64 * 1024

/**
 * Looks at what this process may do and pass on (capabilities(7), proc_pid_limits(5), proc_pid_oom_score_adj(5)).
 *
 * @param proc Where procfs is; only tests have it elsewhere.
 */
export function readPowers(proc = '/proc'): Powers {
  const own = readCapabilities(proc)
  const capabilities = new Set(namesOf(own?.effective ?? 0n))
  const limits = readLimits(readText(`${proc}/self/limits`))
  // The kernel asks for these two in the first user namespace: those of a rootless container move no limit (capable()
  // in do_prlimit of kernel/sys.c, can_nice of kernel/sched/syscalls.c, __set_oom_adj of fs/proc/base.c).
  const isFirst = /^\s*0\s+0\s+4294967295\s*$/.test(readText(`${proc}/self/uid_map`))
  const may = (capability: 'SYS_NICE' | 'SYS_RESOURCE'): boolean => isFirst && capabilities.has(capability)
  return {
    capabilities,
    boundingSet: new Set(namesOf(own?.bounding ?? 0n)),
    hardLimits: may('SYS_RESOURCE') ? fileCeiling(proc) : limits.hard,
    lowestNice: may('SYS_NICE') ? -20 : lowestNice(limits.softNice),
    lowestOomScoreAdj: may('SYS_RESOURCE') ? -1000 : Number(readText(`${proc}/self/oom_score_adj`)),
  }
}

/** Even with every capability there is a highest number of open files (do_prlimit in kernel/sys.c). */
function fileCeiling(proc: string): Powers['hardLimits'] {
  const most = Number(readText(`${proc}/sys/fs/nr_open`))
  return new Map(most > 0 ? [['nofile', most]] : [])
}

/** A nice value down to 20 minus the soft limit is free to all, and so is staying (setpriority(2), RLIMIT_NICE). */
function lowestNice(softLimit: number): number {
  return Math.max(-20, Math.min(getPriority(), 20 - softLimit))
}

const LABELS: Readonly<Record<UlimitName, string>> = {
  as: 'Max address space',
  core: 'Max core file size',
  cpu: 'Max cpu time',
  data: 'Max data size',
  fsize: 'Max file size',
  memlock: 'Max locked memory',
  msgqueue: 'Max msgqueue size',
  nice: 'Max nice priority',
  nofile: 'Max open files',
  nproc: 'Max processes',
  rtprio: 'Max realtime priority',
  rttime: 'Max realtime timeout',
  sigpending: 'Max pending signals',
  stack: 'Max stack size',
}

interface OwnLimits {
  readonly hard: Powers['hardLimits']
  readonly softNice: number
}

function readLimits(text: string): OwnLimits {
  const hard = new Map<UlimitName, number | 'unlimited'>()
  let softNice = 0
  for (const [name, label] of Object.entries(LABELS) as readonly (readonly [UlimitName, string])[]) {
    const [, soft, most] = new RegExp(`^${label}\\s+(\\d+|unlimited)\\s+(\\d+|unlimited)`, 'm').exec(text) ?? []
    if (most !== undefined) hard.set(name, most === 'unlimited' ? most : Number(most))
    if (name === 'nice' && soft !== undefined) softNice = soft === 'unlimited' ? 40 : Number(soft)
  }
  return { hard, softNice }
}

/** Nothing where there is no procfs, as on macOS: then nothing can be raised. */
function readText(path: string): string {
  const file = readRegularFile(path, MAX_BYTES)
  return file.kind === 'bytes' ? file.bytes.toString('utf8') : ''
}
