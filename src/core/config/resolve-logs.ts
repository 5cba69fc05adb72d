import { OWN_NAME } from '../log/label.ts'
import type { LogFileSettings, LogSettings } from '../log/settings.ts'
import type { Section } from './shape/object.ts'
import { SERVICE_PLACEHOLDER } from './vocabulary/log-file.ts'
import type { LogsDocument } from './vocabulary/logs.ts'
import type { World } from './world.ts'

/** Whose output it is; without a name, it is what the supervisor itself says. */
interface Owner {
  readonly name?: string
  readonly world: Pick<World, 'absolutePath'>
}

/**
 * What becomes of output: what stands at the top of the file, and over it, key by key, what a service says itself.
 *
 * @param own Null: it says nothing.
 */
export function resolveLogs(top: Section<LogsDocument>, own: Section<LogsDocument> | null, owner: Owner): LogSettings {
  const values = over(top, own)
  const buffer = over(top.values.buffer, own?.values.buffer ?? null)
  return {
    format: values.format,
    timestamps: values.timestamps,
    prefix: values.prefix,
    stripAnsi: values.strip_ansi,
    stdout: values.stdout,
    file: values.file === '' ? null : fileOf(top, own, { path: values.file, ...owner }),
    buffer: { maxLines: buffer.lines, maxBytes: buffer.size },
    maxLineBytes: values.max_line,
    overflow: values.overflow,
  }
}

/** A file without rotation is described in one way alone: so it can be compared. */
function fileOf(
  top: Section<LogsDocument>,
  own: Section<LogsDocument> | null,
  { path, name = OWN_NAME, world }: Owner & { readonly path: string },
): LogFileSettings {
  const { max_size, max_files, compress } = over(top.values.rotate, own?.values.rotate ?? null)
  const isRotated = top.entries.has('rotate') || own?.entries.has('rotate') === true
  return {
    path: world.absolutePath(path.replaceAll(SERVICE_PLACEHOLDER, name)),
    ...(isRotated
      ? { maxBytes: max_size, maxFiles: max_files, compress: compress && max_files > 0 }
      : { maxBytes: null, maxFiles: 0, compress: false }),
  }
}

/** The values of a mapping, with those over them that are written in another one. */
function over<D extends object>(under: Section<D>, upper: Section<D> | null): D {
  const written = Object.entries(upper?.values ?? {}).filter(([key]) => upper?.entries.has(key))
  return { ...under.values, ...(Object.fromEntries(written) as Partial<D>) }
}
