import { formatLoss, type Loss } from './loss.ts'

/** What somebody should know of a log file; each trouble is told once, until it is over. `why` begins with an errno. */
export type LogFileNews =
  | { readonly kind: 'failed' | 'not-rotated' | 'not-compressed'; readonly path: string; readonly why: string }
  | { readonly kind: 'written-again' | 'given-up'; readonly path: string; readonly lost: Loss }

/** The same in words. */
export function describeLogFileNews(news: LogFileNews): string {
  const name = JSON.stringify(news.path)
  switch (news.kind) {
    case 'failed':
      return `cannot write to ${name}, and its lines are lost until that can be done: ${news.why}`
    case 'written-again':
      return `${name} is written again; ${formatLoss(news.lost)} for it ${news.lost.lines === 1 ? 'was' : 'were'} lost`
    case 'given-up':
      return `${formatLoss(news.lost)} ${news.lost.lines === 1 ? 'is' : 'are'} missing in ${name}`
    case 'not-rotated':
      return `cannot rotate ${name}, which grows on: ${news.why}`
    case 'not-compressed':
      return `cannot compress what was ${name}, and leaves it as it is: ${news.why}`
  }
}
