import { findGraph } from '../find-graph.ts'
import { withOptions, type Options } from '../options.ts'
import { jsonPage } from '../render/json.ts'
import { viewOf, type GraphView } from '../render/graph-view.ts'
import { paintFor, print, terminalWidth } from '../terminal.ts'

/** `supervisor graph [--format FORMAT] [--json] [-f FILE…] [SERVICE…]`: who waits for whom, and where everybody stands. */
export function graph(argv: readonly string[]): Promise<number> {
  return withOptions('graph', argv, drawGraph)
}

async function drawGraph(options: Options): Promise<number> {
  const found = await findGraph(options)
  if ('status' in found) return found.status
  const { graph: reply } = found
  if (options.has('json')) print(jsonPage(reply))
  else print(await render(viewOf(reply), options.text('format') ?? 'text'))
  return 0
}

/** Each way of drawing is loaded when it is asked for. */
async function render(view: GraphView, format: string): Promise<string> {
  switch (format) {
    case 'mermaid':
      return (await import('../render/graph-mermaid.ts')).renderMermaid(view)
    case 'dot':
      return (await import('../render/graph-dot.ts')).renderDot(view)
    case 'svg':
      return (await import('../picture/graph-svg.ts')).graphSvg(view)
    default: {
      const { renderGraphText } = await import('../render/graph-text.ts')
      return renderGraphText(view, { width: terminalWidth(), paint: paintFor(1) })
    }
  }
}
