import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..', '..')
/** Where `scripts/peers` installs what npm has. */
const NPM = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pidone-peers', 'node_modules', '.bin')

/** Somebody through whom lines can go. */
export interface Peer {
  readonly name: string
  /** Absolute, or looked for in PATH. */
  readonly program: string
  /** What it does with what a service writes. */
  readonly handling: 'lines' | 'chunks'
  /** `service`: it starts the producer; `input`: it reads what that writes. */
  readonly takes: 'service' | 'input'
  /** What it writes to: its stdout, or a file of this name in its folder. */
  readonly sink: string | null
  /** Writes what it needs into the folder; gives its arguments. */
  readonly prepare: (folder: string, service: readonly string[]) => readonly string[]
}

/** What pidone is asked for, each in a run of its own. */
export const FORMATS = ['text', 'json', 'raw'] as const

/** All there are, ours first. */
export const PEERS: readonly Peer[] = [
  ...FORMATS.map((format) => starter(nameOf(format), join(ROOT, 'bin', 'supervisor'), preparePidone(format))),
  { ...starter('supervisord', 'supervisord', prepareSupervisord), handling: 'chunks' },
  { ...reader('s6-log'), prepare: () => ['1'] },
  { ...reader('svlogd'), sink: 'log/current', prepare: prepareSvlogd },
  starter('pm2', join(NPM, 'pm2-runtime'), preparePm2),
  starter('concurrently', join(NPM, 'concurrently'), prepareConcurrently),
]

/** What the row of one of our formats is called. */
export function nameOf(format: (typeof FORMATS)[number]): string {
  return `pidone, ${format}`
}

function starter(name: string, program: string, prepare: Peer['prepare']): Peer {
  return { name, program, handling: 'lines', takes: 'service', sink: null, prepare }
}

function reader(name: string): Omit<Peer, 'prepare'> {
  return { name, program: name, handling: 'lines', takes: 'input', sink: null }
}

function preparePidone(format: (typeof FORMATS)[number]): Peer['prepare'] {
  return (folder, service) => {
    const file = join(folder, 'services.yaml')
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ services: { web: { command: service, logs: { format } } } }))
    return ['up', '-f', file]
  }
}

function prepareSupervisord(folder: string, service: readonly string[]): readonly string[] {
  const file = join(folder, 'supervisord.conf')
  const log = 'stdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=0\n'
  const program = `[program:web]\ncommand=${service.join(' ')}\n${log}`
  writeFileSync(file, `[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\n${program}`)
  return ['-n', '-c', file]
}

/** One file that is never rotated, each line with a prefix. */
function prepareSvlogd(folder: string): readonly string[] {
  const log = join(folder, 'log')
  mkdirSync(log)
  writeFileSync(join(log, 'config'), 's4000000000\npweb | \n')
  writeFileSync(join(log, 'current'), '')
  return [log]
}

/** No log file of its own, and each line under its name on stdout. */
function preparePm2(_folder: string, [program = '', ...args]: readonly string[]): readonly string[] {
  return ['start', program, '--formatted', '--name', 'web', '--interpreter', 'none', '--', ...args]
}

function prepareConcurrently(_folder: string, service: readonly string[]): readonly string[] {
  return ['--names', 'web', '--prefix', 'name', service.join(' ')]
}
