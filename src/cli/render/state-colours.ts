import type { Look } from './graph-view.ts'

/** The colours of a box, as CSS has them. */
export interface Colours {
  readonly fill: string
  readonly stroke: string
  readonly text: string
}

/** How each state looks on light and on dark ground; text stands out by at least 4.5 to 1 (WCAG 2.2, 1.4.3). */
export const STATE_COLOURS: Readonly<Record<Look, { readonly light: Colours; readonly dark: Colours }>> = {
  waiting: colours(['#ffffff', '#bf8700', '#7d4e00'], ['#0d1117', '#9e6a03', '#e3b341']),
  starting: colours(['#fff8c5', '#bf8700', '#7d4e00'], ['#341a00', '#bb8009', '#e3b341']),
  running: colours(['#dafbe1', '#2da44e', '#116329'], ['#0f2a18', '#2ea043', '#56d364']),
  unhealthy: colours(['#ffebe9', '#cf222e', '#a40e26'], ['#3c1216', '#f85149', '#ff7b72']),
  stopping: colours(['#fff1e5', '#e16f24', '#953800'], ['#351a06', '#db6d28', '#ffa657']),
  stopped: colours(['#f6f8fa', '#8c959f', '#57606a'], ['#161b22', '#6e7681', '#9ea7b3']),
  backoff: colours(['#fff5f4', '#fa4549', '#a40e26'], ['#2d1215', '#da3633', '#ff7b72']),
  completed: colours(['#ddf4ff', '#218bff', '#0550ae'], ['#0c213d', '#388bfd', '#79c0ff']),
  failed: colours(['#ffcecb', '#cf222e', '#82071e'], ['#5a1014', '#f85149', '#ffa198']),
  disabled: colours(['#f6f8fa', '#afb8c1', '#6e7781'], ['#161b22', '#484f58', '#8b949e']),
  unknown: colours(['#f6f8fa', '#57606a', '#424a53'], ['#161b22', '#8b949e', '#c9d1d9']),
}

type Three = readonly [fill: string, stroke: string, text: string]

function colours(light: Three, dark: Three): { readonly light: Colours; readonly dark: Colours } {
  const named = ([fill, stroke, text]: Three): Colours => ({ fill, stroke, text })
  return { light: named(light), dark: named(dark) }
}
