/** Reads so many bytes at a position of a file; fewer at its end. */
export type ReadAt = (position: number, length: number) => Buffer

/** What an ELF program wants of the machine, or why it is no program. */
export type Elf =
  | { readonly kind: 'program'; readonly machine: number; readonly loader: string | null }
  | { readonly kind: 'broken'; readonly why: string }

/** e_machine by Node's name of the architecture (elf.h). */
const MACHINE_OF_ARCH: ReadonlyMap<string, number> = new Map([
  ['ia32', 3],
  ['arm', 40],
  ['ppc64', 21],
  ['s390x', 22],
  ['x64', 62],
  ['arm64', 183],
  ['riscv64', 243],
  ['loong64', 258],
])

const MACHINE_NAMES: ReadonlyMap<number, string> = new Map([
  [2, 'SPARC'],
  [3, 'x86 (i386)'],
  [8, 'MIPS'],
  [20, 'PowerPC'],
  [21, 'PowerPC 64 (ppc64)'],
  [22, 's390x'],
  [40, 'ARM 32-bit (armhf)'],
  [43, 'SPARC 64'],
  [62, 'x86-64 (amd64)'],
  [183, 'ARM 64-bit (arm64)'],
  [243, 'RISC-V'],
  [258, 'LoongArch'],
])

/**
 * Kernels of the first run programs of the second too, when built with that option, as all distributions' are; but on arm64
 * many processors cannot, and then there is an ENOEXEC.
 */
const ALSO_RUNS: ReadonlyMap<number, number> = new Map([
  [62, 3],
  [183, 40],
])

/** Types of ELF files that are no programs (e_type). */
const NO_PROGRAM: ReadonlyMap<number, string> = new Map([
  [1, 'an object file'],
  [4, 'a core dump'],
])

const DAMAGED = 'is a damaged or cut-off ELF file'
const PT_INTERP = 3
/** The kernel takes no longer table of program headers (load_elf_phdrs in fs/binfmt_elf.c). */
const MAX_TABLE_BYTES = 65_536
const MAX_PATH_BYTES = 4096

/** Reads the header of an ELF file and the loader that it asks for (elf(5)); null for what is no ELF file. */
export function parseElf(read: ReadAt): Elf | null {
  const head = read(0, 64)
  if (head.toString('latin1', 0, 4) !== '\x7fELF') return null
  const is64 = head[4] === 2
  const isLittle = head[5] === 1
  if (head.length < (is64 ? 64 : 52)) return { kind: 'broken', why: DAMAGED }
  const half = (bytes: Buffer, at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const word = (bytes: Buffer, at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  // Offsets of 64 bits; no file here reaches beyond 2 ** 53.
  const offset = (bytes: Buffer, at: number) =>
    is64 ? word(bytes, at + (isLittle ? 4 : 0)) * 2 ** 32 + word(bytes, at + (isLittle ? 0 : 4)) : word(bytes, at)

  const noProgram = NO_PROGRAM.get(half(head, 16))
  if (noProgram !== undefined) return { kind: 'broken', why: `is ${noProgram}, not a program` }
  const entrySize = half(head, is64 ? 54 : 42)
  const tableSize = half(head, is64 ? 56 : 44) * entrySize
  if (entrySize !== (is64 ? 56 : 32) || tableSize > MAX_TABLE_BYTES) return { kind: 'broken', why: DAMAGED }
  const table = read(offset(head, is64 ? 32 : 28), tableSize)
  if (table.length < tableSize) return { kind: 'broken', why: DAMAGED }
  let loader: string | null = null
  for (let at = 0; at < tableSize; at += entrySize) {
    if (word(table, at) !== PT_INTERP) continue
    const size = Math.min(offset(table, at + (is64 ? 32 : 16)), MAX_PATH_BYTES)
    loader =
      read(offset(table, at + (is64 ? 8 : 4)), size)
        .toString()
        .split('\0', 1)[0] ?? null
  }
  return { kind: 'program', machine: half(head, 18), loader }
}

/** Why this machine cannot run programs of another; null when it can, or when we do not know our own. */
export function whyForeign(machine: number, arch: string): string | null {
  const ours = MACHINE_OF_ARCH.get(arch)
  if (ours === undefined || machine === ours || ALSO_RUNS.get(ours) === machine) return null
  return `is built for ${nameOf(machine)}, this machine is ${nameOf(ours)}`
}

function nameOf(machine: number): string {
  return MACHINE_NAMES.get(machine) ?? `machine ${machine}`
}
