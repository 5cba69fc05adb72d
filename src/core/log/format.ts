import type { Stream } from '../machine.ts'
import { createJsonFormat } from './format-json.ts'
import { createTextFormat } from './format-text.ts'
import { createRoom } from './room.ts'
import type { LogSettings } from './settings.ts'

/**
 * What is written of some lines.
 *
 * @param lines Whole lines, each with its newline, as the service wrote them; not changed.
 * @param time When they came, whole ms since 1970.
 * @returns What stays as it is until the next call of any format; the lines themselves where nothing is to be changed.
 */
export type Format = (lines: Uint8Array, time: number, stream: Stream) => Uint8Array

/** Whose lines they are, and how they are to look. */
export interface FormatRequest {
  readonly settings: Pick<LogSettings, 'format' | 'timestamps' | 'prefix' | 'stripAnsi'>
  readonly service: string
  readonly run: number
  /** What stands in front of each line of text when it has a prefix, such as `web | `. */
  readonly label: string
}

/** What formats are made of. */
export interface FormatMeans {
  readonly encode: (text: string) => Uint8Array
  /** What is not UTF-8 becomes U+FFFD. */
  readonly decode: (bytes: Uint8Array) => string
  /** Whether bytes are well-formed UTF-8. */
  readonly isUtf8: (bytes: Uint8Array) => boolean
  /** RFC 3339 in UTC with milliseconds. */
  readonly timestamp: (epochMs: number) => string
}

/** Enough for 128 KiB of lines that are all empty, and become JSON. */
const MAX_ROOM_BYTES = 16 * 1024 * 1024

/** Makes the formats that settings ask for. */
export function createFormats(means: FormatMeans): (request: FormatRequest) => Format {
  const room = createRoom(MAX_ROOM_BYTES)
  return (request) => {
    switch (request.settings.format) {
      case 'text':
        return createTextFormat(request, means, room)
      case 'json':
        return createJsonFormat(request, means, room)
      case 'raw':
        return (lines) => lines
    }
  }
}
