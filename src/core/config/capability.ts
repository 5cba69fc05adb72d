/** Capabilities without `CAP_`, in the order of their numbers (capabilities(7), linux/capability.h of Linux 6.18). */
export const CAPABILITY_NAMES = [
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
] as const

/** Stands for all of them. */
export const ALL_CAPABILITIES = 'ALL'

const KNOWN: ReadonlySet<string> = new Set([...CAPABILITY_NAMES, ALL_CAPABILITIES])

/**
 * Reads a capability as Compose writes it: `NET_ADMIN`, `CAP_NET_ADMIN`, `all`, in any case.
 *
 * @returns The name in capitals without `CAP_`, or null for what is no capability.
 */
export function parseCapability(text: string): string | null {
  const name = text.toUpperCase().replace(/^CAP_/, '')
  return KNOWN.has(name) ? name : null
}
