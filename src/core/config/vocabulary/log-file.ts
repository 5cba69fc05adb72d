import { reportDead } from '../shape/dead-key.ts'
import { object, type Section } from '../shape/object.ts'
import { BOOLEAN, text, whole } from '../shape/scalar.ts'
import { convert, hintAt, report, type Shape } from '../shape/shape.ts'
import { size } from './size.ts'

/** How a log file is rotated, as the file has it. */
export interface RotateDocument {
  readonly max_size: number
  readonly max_files: number
  readonly compress: boolean
}

/** Stands in a log file's path for the name of the service. */
export const SERVICE_PLACEHOLDER = '{service}'

/** The path of a log file; empty: none. */
export const LOG_PATH: Shape<string> = convert(text('a path'), (found, at) => {
  const unknown = [...found.matchAll(/\{([^{}/]*)\}/g)].find(([all]) => all !== SERVICE_PLACEHOLDER)
  if (unknown !== undefined) {
    const hint = hintAt(at, unknown[0], [SERVICE_PLACEHOLDER]) || `; there is "${SERVICE_PLACEHOLDER}"`
    return report(at, 'bad-value', `nothing is put in place of "${unknown[0]}"${hint}`)
  }
  if (/(?:^|\/)\.{1,2}$|\/$/.test(found)) {
    return report(at, 'bad-value', `"${found}" names a folder; write the name of a file behind it`)
  }
  if (/^\/dev\/(?:std(?:out|err)|fd\/\d+)$/.test(found)) {
    return report(at, 'bad-value', `"${found}" is no file; "stdout" says whether it goes there`)
  }
  return found
})

/** How a log file is rotated. */
export const ROTATE: Shape<Section<RotateDocument>> = convert(
  object<RotateDocument>(
    { name: 'logs.rotate' },
    {
      max_size: {
        shape: size({ words: 'a size such as "10m"', least: '1k', most: null, unit: 'm' }),
        default: '10m',
        description: 'The size that a file is not to exceed, at least `1k`; a bare number is bytes.',
        example: 'max_size: 50m',
      },
      max_files: {
        shape: whole('a whole number from 0 to 1000', 0, 1000),
        default: 5,
        description:
          'How many old ones are kept, as `FILE.1`, the newest, to `FILE.5`; with `0` the file only begins anew.',
        example: 'max_files: 10',
      },
      compress: {
        shape: BOOLEAN,
        default: true,
        description: 'Old ones are compressed and called `FILE.1.gz`.',
        example: 'compress: false',
      },
    },
  ),
  (section) => {
    const why = 'does nothing with "max_files: 0"; leave it out'
    if (section.values.max_files === 0) reportDead(section, 'compress', { because: 'max_files', why })
    return section
  },
)
