import { readFileSync } from 'node:fs'

/** Names without `CAP_`, by their numbers (linux/capability.h). */
const NAMES: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
]

/** A set of capabilities: bit n is for capability number n. */
export type CapabilitySet = bigint

/** The sets of a process (capabilities(7)). */
export interface Capabilities {
  readonly effective: CapabilitySet
  readonly permitted: CapabilitySet
  readonly inheritable: CapabilitySet
  readonly bounding: CapabilitySet
  readonly ambient: CapabilitySet
}

let own: Capabilities | null | undefined

/** Our own, which never change; null where `/proc` does not tell. */
export function ownCapabilities(): Capabilities | null {
  if (own === undefined) own = readCapabilities()
  return own
}

/** The set of these names; an unknown one stands for none. */
export function setOf(names: Iterable<string>): CapabilitySet {
  let set = 0n
  for (const name of names) {
    const number = NAMES.indexOf(name)
    if (number !== -1) set |= 1n << BigInt(number)
  }
  return set
}

/** The names in a set. */
export function namesOf(set: CapabilitySet): readonly string[] {
  return numbersOf(set).map((number) => NAMES[number] ?? `CAP_${number}`)
}

/** The numbers in a set, ascending. */
export function numbersOf(set: CapabilitySet): readonly number[] {
  const bits = set.toString(2)
  return Array.from(bits, (_, number) => number).filter((number) => bits.at(-1 - number) === '1')
}

/**
 * Those of this process; null where procfs does not tell.
 *
 * @param proc Where procfs is; only tests have it elsewhere.
 */
export function readCapabilities(proc = '/proc'): Capabilities | null {
  let status: string
  try {
    status = readFileSync(`${proc}/self/status`, 'latin1')
  } catch {
    return null
  }
  const set = (field: string): CapabilitySet =>
    BigInt(`0x${new RegExp(`^${field}:\\s*(\\w+)`, 'm').exec(status)?.[1] ?? '0'}`)
  return {
    effective: set('CapEff'),
    permitted: set('CapPrm'),
    inheritable: set('CapInh'),
    bounding: set('CapBnd'),
    ambient: set('CapAmb'),
  }
}
