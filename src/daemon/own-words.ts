import type { Logger } from '../core/log/logger.ts'

/** How what is more than news begins, as in the container's log. */
const SEVERITY = { info: '', warn: 'warning: ', error: 'error: ' } as const

/**
 * A logger whose words are also remembered, at the moment in which they are said: what is written for the container may
 * be held back until the program has time for it.
 *
 * @param redact Takes the secrets out of a text.
 */
export function rememberWords<L extends Logger>(
  logger: L,
  redact: (text: string) => string,
  remember: (words: string) => void,
): L {
  const heard =
    (level: keyof Logger): Logger['info'] =>
    (message, fields) => {
      remember(`${SEVERITY[level]}${redact(message)}`)
      logger[level](message, fields)
    }
  return { ...logger, info: heard('info'), warn: heard('warn'), error: heard('error') }
}
