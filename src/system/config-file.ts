import { isUtf8 } from 'node:buffer'
import type { Problem } from '../core/config/problem.ts'
import type { Tree } from '../core/config/tree.ts'
import { readRegularFile, type FileBytes } from './read-file.ts'
import { createPlaces, type PlaceOf } from './text-places.ts'
import { composeYaml, type Fault } from './yaml-document.ts'
import { buildTree, type Role } from './yaml-tree.ts'

const MAX_BYTES = 1024 * 1024

/** What is no character of a YAML text (YAML 1.2.2, 5.1), and a CR alone, which counts as a line's end only there. */
const FORBIDDEN = /[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|\r(?!\n)/u

/** A file as read: no tree when it cannot be used at all; a tree beside problems is what could be made of it. */
export interface ConfigFile {
  readonly tree: Tree | null
  readonly problems: readonly Problem[]
  /** The text that the places point into; empty when there is none. */
  readonly source: string
}

/** Reads a YAML file into a tree with places; whatever the file is, it ends soon and never throws. */
export function readConfigFile(path: string): ConfigFile {
  return readFile(path, 'base')
}

/** The same for one of several files: its tree has the tags that say how it is put over others, and it may be empty. */
export function readOverrideFile(path: string): ConfigFile {
  return readFile(path, 'override')
}

function readFile(path: string, role: Role): ConfigFile {
  const file = readRegularFile(path, MAX_BYTES)
  if (file.kind === 'bytes') return readBytes(path, file.bytes, role)
  const code = file.kind === 'too-large' ? 'yaml-too-large' : 'file-unreadable'
  const message = `cannot read the file: ${file.why}; ${wayOut(file.kind)}`
  return refuse('', createPlaces(path, ''), [{ code, start: 0, end: 0, message }])
}

function wayOut(kind: Exclude<FileBytes['kind'], 'bytes'>): string {
  switch (kind) {
    case 'missing':
      return 'name another with "-f FILE"'
    case 'too-large':
      return 'a configuration is much smaller: is this the right file?'
    case 'refused':
      return 'it has to be a text file that this user may read'
  }
}

function readBytes(path: string, bytes: Buffer, role: Role): ConfigFile {
  const source = withoutMark(bytes.toString('utf8'))
  const placeOf = createPlaces(path, source)
  const fault = checkCharacters(bytes, source)
  return fault === null ? readText(source, placeOf, role) : refuse(source, placeOf, [fault])
}

/** Editors do not show a byte order mark, so columns do not count it. */
function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

function checkCharacters(bytes: Buffer, source: string): Fault | null {
  if (!isUtf8(bytes)) {
    const start = Math.max(source.indexOf('\ufffd'), 0)
    const message = 'this is not UTF-8 text; save the file as UTF-8'
    return { code: 'yaml-syntax', start, end: start + 1, message }
  }
  const start = source.search(FORBIDDEN)
  if (start === -1) return null
  return { code: 'yaml-syntax', start, end: start + 1, message: explainCharacter(source.codePointAt(start) ?? 0) }
}

function explainCharacter(code: number): string {
  if (code === 0x0d) return 'a line ends with CR alone; save the file with LF line ends'
  const hex = code.toString(16).toUpperCase().padStart(4, '0')
  return `the character U+${hex} may not stand in YAML; remove it, or write "\\u${hex}" in double quotes`
}

function readText(source: string, placeOf: PlaceOf, role: Role): ConfigFile {
  const { root, faults } = composeYaml(source)
  if (root === null && role === 'override' && faults.every(({ code }) => code === 'missing-key'))
    return { tree: { kind: 'mapping', place: placeOf(0, 0), entries: [] }, problems: [], source }
  if (root === null) return refuse(source, placeOf, faults)
  const { tree, problems } = buildTree(root, placeOf, role)
  return { tree, problems: [...toProblems(faults, placeOf), ...problems], source }
}

function refuse(source: string, placeOf: PlaceOf, faults: readonly Fault[]): ConfigFile {
  return { tree: null, problems: toProblems(faults, placeOf), source }
}

function toProblems(faults: readonly Fault[], placeOf: PlaceOf): readonly Problem[] {
  return faults.map(({ code, start, end, message }) => ({
    code,
    severity: 'error',
    place: placeOf(start, end),
    path: '',
    message,
  }))
}
