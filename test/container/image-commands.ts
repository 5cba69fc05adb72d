import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ROOT } from '../pid1/support/requirements.ts'
import { commandsOf } from './shell-commands.ts'

const FILES = join(ROOT, 'docker', 'rootfs')
const LAUNCHERS = ['init', 'supervisor', 'launch.sh'].map((name) => join(ROOT, 'bin', name))

/** What the scripts and services of the all-in-one image call by name, and what starts the supervisor. */
export function commandsOfImage(): readonly string[] {
  const files = readdirSync(FILES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return [...new Set([...files, ...LAUNCHERS].flatMap(commandsOfFile))].toSorted()
}

function commandsOfFile(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8')
  return file.endsWith('.yaml') ? scriptsOf(parse(text, { merge: true })).flatMap(commandsOf) : commandsOf(text)
}

/** What stands under `command` and `script`, wherever; of a list its first word. */
function scriptsOf(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([key, value]) => {
    if (key !== 'command' && key !== 'script') return scriptsOf(value)
    const [first] = Array.isArray(value) ? value : [value]
    return typeof first === 'string' ? [first] : scriptsOf(value)
  })
}
