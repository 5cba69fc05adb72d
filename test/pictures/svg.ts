import type xterm from '@xterm/headless'

type Terminal = InstanceType<typeof xterm.Terminal>
type Cell = NonNullable<ReturnType<NonNullable<ReturnType<Terminal['buffer']['active']['getLine']>>['getCell']>>

/** Of a monospaced font of 14 px, in px. */
const CELL = { width: 8.4, height: 20 }
const MARGIN = 20
const TITLE_HEIGHT = 38

const BACKGROUND = '#16181d'
const FOREGROUND = '#d7dae0'

/** The sixteen colours of a terminal, for its dark ground. */
const COLOURS =
  '#5c6370 #f0716b #7ec77b #e0b35a #6ea8fe #c792ea #5cc8d7 #d7dae0 #7f8693 #ff938d #9ddc9a #f0cb7d #93bfff #d9b1f3 #85dbe6 #fff'.split(
    ' ',
  )

/** What is drawn and not written, so that it fits together in every font: bars, by their eighths, and lines, by halves. */
const BARS = '▁▂▃▄▅▆▇█'
const LINES = '╸━'
const LINE_HEIGHT = 4

/** What a terminal shows, up to its last line that is not blank, as a window: it needs no font but a monospaced one. */
export function pictureOf(terminal: Terminal, title: string): string {
  const { active } = terminal.buffer
  const lines = Array.from({ length: terminal.rows }, (_, row) => active.getLine(active.viewportY + row))
  const rows = lines.findLastIndex((line) => line?.translateToString(true) !== '') + 1
  const width = Math.ceil(terminal.cols * CELL.width + 2 * MARGIN)
  const height = TITLE_HEIGHT + rows * CELL.height + MARGIN
  const drawn = lines.slice(0, rows).flatMap((line, row) => {
    const cells = Array.from({ length: terminal.cols }, (_, column) => line?.getCell(column)).filter(
      (cell) => cell !== undefined,
    )
    return runsOf(cells).map((run) => draw(run, row))
  })
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<style>text{font-size:14px;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="9" fill="${BACKGROUND}" stroke="#3a3f4a"/>`,
    ...['#f0716b', '#e0b35a', '#7ec77b'].map(
      (fill, index) => `<circle cx="${22 + index * 20}" cy="19" r="6" fill="${fill}"/>`,
    ),
    `<text x="${width / 2}" y="24" text-anchor="middle" fill="#7f8693">${escape(title)}</text>`,
    ...drawn,
    '</svg>',
  ].join('\n')}\n`
}

/** Cells side by side that look the same. */
interface Run {
  readonly column: number
  readonly text: string
  readonly look: string
  readonly cells: number
}

function runsOf(cells: readonly Cell[]): readonly Run[] {
  const runs: Run[] = []
  for (const [column, cell] of cells.entries()) {
    const text = cell.getChars() || ' '
    const last = runs.at(-1)
    const look = lookOf(cell)
    if (last !== undefined && last.look === look && isBlock(last.text) === isBlock(text)) {
      runs[runs.length - 1] = { ...last, text: last.text + text, cells: last.cells + cell.getWidth() }
    } else if (cell.getWidth() > 0) runs.push({ column, text, look, cells: cell.getWidth() })
  }
  return runs.filter(({ text }) => text.trim() !== '')
}

function isBlock(text: string): boolean {
  return BARS.includes(text.charAt(0)) || LINES.includes(text.charAt(0))
}

function lookOf(cell: Cell): string {
  const colour = cell.isFgDefault() ? FOREGROUND : (COLOURS[cell.getFgColor()] ?? FOREGROUND)
  const fill = cell.isDim() === 0 ? colour : '#838a97'
  return `fill="${fill}"${cell.isBold() === 0 ? '' : ' font-weight="700"'}`
}

function draw(run: Run, row: number): string {
  const top = TITLE_HEIGHT + row * CELL.height
  if (isBlock(run.text)) return blocks(run, top)
  const blank = run.text.length - run.text.trimStart().length
  const text = run.text.trim()
  const x = round(MARGIN + (run.column + blank) * CELL.width)
  const length = round((run.cells - (run.text.length - text.length)) * CELL.width)
  return `<text x="${x}" y="${top + 14}" textLength="${length}" ${run.look}>${escape(text)}</text>`
}

/** One outline for all of them; bars stand on the line that the letters stand on. */
function blocks({ column, text, look }: Run, top: number): string {
  const full = CELL.height - 4
  const path = Array.from(text).map((block, index) => {
    const x = round(MARGIN + (column + index) * CELL.width)
    const length = LINES.indexOf(block) + 1
    if (length > 0) return outline(x, top + CELL.height / 2 + LINE_HEIGHT / 2, (CELL.width * length) / 2, LINE_HEIGHT)
    return outline(x, top + full + 1, CELL.width, (full * (BARS.indexOf(block) + 1)) / 8)
  })
  return `<path d="${path.join('')}" ${look}/>`
}

function outline(x: number, bottom: number, width: number, height: number): string {
  return `M${x} ${bottom}v${round(-height)}h${round(width)}v${round(height)}z`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
