import type { Logger } from '../core/log/logger.ts'
import { SEVERITIES } from './own-lines.ts'

/**
 * A logger whose words are also remembered, at the moment in which they are said: what is written for the container may
 * be held back until the program has time for it.
 */
export function rememberWords<L extends Logger>(logger: L, remember: (words: string) => void): L {
  const heard =
    (level: keyof Logger): Logger['info'] =>
    (message, fields) => {
      remember(`${SEVERITIES[level]}${message}`)
      logger[level](message, fields)
    }
  return { ...logger, info: heard('info'), warn: heard('warn'), error: heard('error') }
}
