import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder; this is dist/test/docs/pages.js. */
export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url))

/** A page of `docs`. */
export interface Page {
  /** From the root of the project. */
  readonly path: string
  readonly text: string
}

/** A fenced block: its language, the words after that, and its lines. */
export interface Fence {
  readonly language: string
  readonly words: readonly string[]
  readonly text: string
  /** Of the fence, from 1. */
  readonly line: number
  /** The last line before it that is not empty. */
  readonly before: string
}

/** Every page of `docs`. */
export function readPages(): readonly Page[] {
  return readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .toSorted()
    .map((path) => readPage(join('docs', path)))
}

/** One page, by its path from the root of the project. */
export function readPage(path: string): Page {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') }
}

/** The fenced blocks of a page or a part of it, in their order. */
export function fencesOf(text: string): readonly Fence[] {
  const fences: Fence[] = []
  let open: { fence: Omit<Fence, 'text'>; lines: string[] } | null = null
  let before = ''
  for (const [index, line] of text.split('\n').entries()) {
    const mark = /^```(?<info>.*)$/.exec(line)
    if (open === null && mark !== null) {
      const [language = '', ...words] = (mark.groups?.['info'] ?? '').split(' ')
      open = { fence: { language, words, line: index + 1, before }, lines: [] }
    } else if (open !== null && mark !== null) {
      fences.push({ ...open.fence, text: open.lines.map((each) => `${each}\n`).join('') })
      open = null
    } else if (open !== null) {
      open.lines.push(line)
    } else if (line !== '') {
      before = line
    }
  }
  return fences
}

/** The page without its fenced blocks, in which nothing is a heading or a link. */
export function proseOf(text: string): string {
  return text.replaceAll(/^```.*\n[^]*?^```$/gm, '')
}

/** The sections under headings of the second level, by heading without backticks, in their order. */
export function sectionsOf(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^## (.+)$/m).slice(1)
  const sections = new Map<string, string>()
  for (let index = 0; index < parts.length; index += 2) {
    sections.set((parts[index] ?? '').replaceAll('`', ''), parts[index + 1] ?? '')
  }
  return sections
}
