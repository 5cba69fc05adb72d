import type { LogSettings } from '../../log/settings.ts'
import { reportDead } from '../shape/dead-key.ts'
import type { Form } from '../shape/form.ts'
import { object, type Keys, type Section } from '../shape/object.ts'
import { BOOLEAN, choice, reportBadValue } from '../shape/scalar.ts'
import { convert, hintAt, report, reportWrongType, type Shape } from '../shape/shape.ts'
import { BUFFER, type BufferDocument } from './log-buffer.ts'
import { LOG_PATH, ROTATE, type RotateDocument } from './log-file.ts'
import { size } from './size.ts'

/** What becomes of output, as the file has it; of a service what is not written there is what stands at the top. */
export interface LogsDocument {
  readonly format: LogSettings['format']
  readonly timestamps: boolean
  readonly prefix: boolean
  readonly strip_ansi: boolean
  readonly stdout: boolean
  /** Empty: none. */
  readonly file: string
  /** Only where it is written is there a rotation. */
  readonly rotate: Section<RotateDocument>
  readonly buffer: Section<BufferDocument>
  readonly max_line: number
  readonly overflow: LogSettings['overflow']
}

const LOOK: Pick<Keys<LogsDocument>, 'format' | 'timestamps' | 'prefix' | 'strip_ansi' | 'max_line'> = {
  format: {
    shape: choice(['text', 'json', 'raw']),
    default: 'text',
    description:
      "`text`: lines for people, each behind the service's name. `json`: one object a line, as pino writes them: `level`, `time`, `service`, `stream`, `run`, `msg`. `raw`: the very bytes, to which nothing is added.",
    example: 'format: json',
  },
  timestamps: {
    shape: BOOLEAN,
    default: false,
    description: 'Each line of text begins with its time, as in `2026-11-21T03:00:00.123Z`. Only for `text`.',
    example: 'timestamps: true',
  },
  prefix: {
    shape: BOOLEAN,
    default: true,
    description: "Each line of text has the service's name in front. Only for `text`.",
    example: 'prefix: false',
  },
  strip_ansi: {
    shape: BOOLEAN,
    default: false,
    description:
      'Colours and other escape sequences are taken out of what does not go to a terminal. Only for `text` and `json`.',
    example: 'strip_ansi: true',
  },
  max_line: {
    shape: size({ words: 'a size such as "64k"', least: '256b', most: '1m', unit: 'k' }),
    default: '64k',
    description: 'Longer lines are split, and each piece but the last ends with a backslash; from `256b` to `1m`.',
    example: 'max_line: 256k',
  },
}

const WAY: Omit<Keys<LogsDocument>, keyof typeof LOOK> = {
  stdout: {
    shape: BOOLEAN,
    default: true,
    description:
      "Whether it goes to the container's stdout and stderr. With `false` it is in `file`, where there is one, and in `supervisor logs`.",
    example: 'stdout: false\nfile: /var/log/{service}.log',
  },
  file: {
    shape: LOG_PATH,
    default: '',
    defaultNote: 'none',
    description:
      "A file that it goes to as well; `{service}` in it is the service's name, that of the instance under `scale`, and `supervisor` for the supervisor's own messages. A relative path begins in the folder that the supervisor is started in. An empty one is none; in a mapping in braces it needs quotes. Without `rotate` the file grows, for others to rotate: USR1 to the supervisor opens all files anew.",
    example: 'file: /var/log/{service}.log',
  },
  rotate: {
    shape: ROTATE,
    default: {},
    defaultNote: 'the file grows',
    description: 'The `file` is rotated before it grows too large. Services with the same file must say the same here.',
    example: 'file: /var/log/{service}.log\nrotate: {max_size: 50m, max_files: 3}',
  },
  buffer: {
    shape: BUFFER,
    default: {},
    defaultNote: '1000 lines, at most `256k`',
    description:
      "What of a service's output is remembered in memory, for `supervisor logs` and for the last words: a size, or a mapping. At the top also of the supervisor's own messages. All services together have 65,536 lines and 16 MiB, each at most its share of that.",
    example: 'buffer: 1m',
  },
  overflow: {
    shape: choice(['block', 'drop']),
    default: 'block',
    description:
      'What happens to a service while nobody reads the output fast enough: `block` makes it wait, `drop` drops lines, and tells how many.',
    example: 'overflow: drop',
  },
}

const LOGS_AS_WRITTEN = object<LogsDocument>(
  {
    name: 'logs',
    advice: new Map([
      ['driver', 'what becomes of the output of the container is for its engine; see "docker run --log-driver"'],
      ['options', 'what becomes of the output of the container is for its engine; see "docker run --log-opt"'],
      ...['max_size', 'max_files', 'compress'].map((key) => [key, 'it stands in "rotate"'] as const),
      ...['lines', 'size'].map((key) => [key, 'it stands in "buffer"'] as const),
    ]),
  },
  { ...LOOK, ...WAY },
)

const LOGS: Shape<Section<LogsDocument>> = convert(LOGS_AS_WRITTEN, (section) => {
  const { format } = section.values
  const why = `does nothing with "format: ${format}"; leave it out, or take "format: text"`
  for (const key of DEAD[format]) reportDead(section, key, { because: 'format', why })
  return section
})

const DEAD: Readonly<Record<LogSettings['format'], readonly string[]>> = {
  text: [],
  json: ['timestamps', 'prefix'],
  raw: ['timestamps', 'prefix', 'strip_ansi'],
}

/** What becomes of the supervisor's own messages, and of what every service writes that says nothing else. */
export const FILE_LOGS: Shape<Section<LogsDocument>> = {
  form: LOGS.form,
  read: (at) => {
    if (at.tree.kind !== 'scalar' || at.tree.text !== 'inherit') return LOGS.read(at)
    return report(at, 'bad-value', '"inherit" is only for a service; write it in each that is meant')
  },
}

const INHERIT: Form = { kind: 'choice', values: ['inherit'] }
const SERVICE_FORM: Form = { kind: 'either', forms: [INHERIT, LOGS.form] }

/** What becomes of a service's output: `inherit` hands it the container's own descriptors. */
export const SERVICE_LOGS: Shape<Section<LogsDocument> | 'inherit'> = {
  form: SERVICE_FORM,
  read: (at) => {
    if (at.tree.kind === 'mapping') return LOGS.read(at)
    if (at.tree.kind === 'list' || at.tree.value === null) return reportWrongType(at, SERVICE_FORM)
    const { text } = at.tree
    return text === 'inherit' ? text : reportBadValue(at, SERVICE_FORM, hintAt(at, text, ['inherit']))
  },
}
