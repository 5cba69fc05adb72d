/** What stands where a shell looks for a command, but is only followed by one. */
const PREFIXES: ReadonlySet<string> = new Set(
  'if then elif else while until do ! { time exec command eval trap'.split(' '),
)
/** Words that take no command after them, and are none. */
const OTHERS: ReadonlySet<string> = new Set(['fi', 'done', 'esac', '}', 'in', 'for', 'case'])

/**
 * The commands of a POSIX shell's script: those that stand there by name, in substitutions and in what `trap` and `eval` are
 * given, too. Neither its own functions nor what comes of a variable.
 */
export function commandsOf(script: string): readonly string[] {
  const found = new Set<string>()
  const functions = new Set<string>()
  new Scanner(script, found, functions).list()
  return [...found].filter((name) => !functions.has(name)).toSorted()
}

class Scanner {
  readonly #text: string
  readonly #found: Set<string>
  readonly #functions: Set<string>
  #at = 0
  /** The ends of the here-documents that begin in this line. */
  #ends: string[] = []

  constructor(text: string, found: Set<string>, functions: Set<string>) {
    this.#text = text
    this.#found = found
    this.#functions = functions
  }

  /** Commands up to the end, or to the bracket that ends their substitution. */
  list(): void {
    let next: 'command' | 'argument' | 'subject' | 'pattern' = 'command'
    let depth = 0
    while (this.#at < this.#text.length) {
      if (this.#take(/[ \t]+|\\\n|#.*/y) !== null) continue
      if (this.#take(/\n/y) !== null) {
        for (const end of this.#ends.splice(0)) this.#skipTo(`\n${end}\n`)
        if (next === 'argument') next = 'command'
      } else if (this.#take(/;;/y) !== null) next = 'pattern'
      else if (this.#take(/[;&|]+/y) !== null) next = next === 'pattern' ? next : 'command'
      else if (this.#take(/\(/y) !== null) {
        if (next !== 'pattern') depth += 1
      } else if (this.#take(/\)/y) !== null) {
        if (next === 'pattern') next = 'command'
        else if (depth === 0) return
        else [depth, next] = [depth - 1, 'argument']
      } else if (this.#take(/\d*<<-?[ \t]*/y) !== null) this.#ends.push(this.#word() ?? '')
      else if (this.#take(/\d*[<>][<>&|]*[ \t]*/y) !== null) this.#word()
      else {
        const word = this.#word()
        if (next === 'subject') next = word === 'in' ? 'pattern' : next
        else if (next === 'pattern') next = word === 'esac' ? 'argument' : next
        else if (next === 'command') next = word === 'case' ? 'subject' : this.#command(word)
      }
    }
  }

  /** @returns What comes after it. */
  #command(word: string | null): 'command' | 'argument' {
    if (word === null) return 'argument'
    if (this.#take(/\(\)/y) !== null) this.#functions.add(word)
    else if (/^\w+=/.test(word) || word.startsWith('-')) return 'command'
    else if (word.includes(' ')) new Scanner(word, this.#found, this.#functions).list()
    else if (!OTHERS.has(word)) {
      if (!PREFIXES.has(word)) this.#found.add(word)
      return PREFIXES.has(word) ? 'command' : 'argument'
    }
    return 'argument'
  }

  /** @returns The word without its quotes; null when it takes something from a variable or a command. */
  #word(): string | null {
    let word = ''
    let isPlain = true
    let isQuoted = false
    while (this.#at < this.#text.length) {
      if (this.#take(/"/y) !== null) isQuoted = !isQuoted
      else if (this.#take(/\$\(\(/y) !== null) {
        this.#skipTo('))')
        isPlain = false
      } else if (this.#take(/\$\(/y) !== null) {
        this.list()
        isPlain = false
      } else if (this.#take(/\$(?:\{(?:[^{}]|\{[^}]*\})*\}|\w+|[#?!@*$-])/y) !== null) isPlain = false
      else {
        const piece = this.#take(isQuoted ? /\\[^]|[^"$\\]+|\$/y : /'[^']*'|\\[^]|[^\s;&|()<>"'$\\]+|\$/y)
        if (piece === null) break
        word += piece.replaceAll(/^'|'$|^\\/g, '')
      }
    }
    return isPlain || /^\w+=/.test(word) ? word : null
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const [taken] = pattern.exec(this.#text) ?? []
    if (taken === undefined) return null
    this.#at += taken.length
    return taken
  }

  #skipTo(end: string): void {
    const at = this.#text.indexOf(end, this.#at - 1)
    this.#at = at === -1 ? this.#text.length : at + end.length
  }
}
