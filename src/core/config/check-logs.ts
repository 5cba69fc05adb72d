import { OWN_NAME } from '../log/label.ts'
import { quote } from '../text/quote.ts'
import type { Documents } from './absence.ts'
import { checkLogFiles, type LogFileUser } from './check-log-files.ts'
import type { Config } from './model.ts'
import { join } from './shape/collection.ts'
import type { Section } from './shape/object.ts'
import { report, warn } from './shape/shape.ts'
import type { LogsDocument } from './vocabulary/logs.ts'
import type { ServiceDocument } from './vocabulary/service.ts'

type Logs = Section<LogsDocument>

/** What is written, and what came of it. */
interface Written {
  readonly top: Logs
  readonly documents: Documents
  readonly config: Pick<Config, 'logs' | 'services'>
}

/** Reports what does nothing in the `logs` of a file, log files that do not go together, and whose lines nobody could tell. */
export function checkLogs({ top, documents, config }: Written): void {
  const all = [...documents.values()]
  checkOwnName(documents)
  for (const document of all) checkService(document, top)
  if (![top, ...all.map(logsOf)].some((logs) => logs?.entries.has('file'))) {
    reportRotate(top, 'goes only with "file"; add one, here or in a service')
  }
  if (!config.logs.stdout && config.logs.file === null) warnOfSilence(top)
  const users = [...documents].flatMap(([name, document]): readonly LogFileUser[] => {
    const service = config.services.get(name)
    if (service?.enabled !== true || service.logs === 'inherit' || service.logs.file === null) return []
    return [{ name, file: service.logs.file, at: logsOf(document)?.at ?? document.at }]
  })
  const own = config.logs.file === null ? [] : [{ name: OWN_NAME, file: config.logs.file, at: top.at }]
  checkLogFiles([...own, ...users])
}

/** Its lines would be taken for the supervisor's, in the output, in `supervisor logs` and in files. */
function checkOwnName(documents: Documents): void {
  const at = documents.get(OWN_NAME)?.at
  if (at === undefined) return
  report(at, 'bad-value', `${quote(OWN_NAME)} is what the supervisor itself is called in the logs; rename it`, at.name)
}

function checkService(document: Section<ServiceDocument>, top: Logs): void {
  const { ready, logs } = document.values
  if (logs?.value === 'inherit' && ready?.value.kind === 'log') {
    const message = 'with "logs: inherit" nobody here sees its lines; take another form of "ready", or leave that out'
    report(ready.at, 'conflicting-keys', message)
  }
  const own = logsOf(document)
  if (own === null || own.entries.has('file') || top.entries.has('file')) return
  reportRotate(own, 'goes only with "file", which is neither here nor at the top; add one')
}

/** The `logs` of a service, as far as it has any of its own. */
function logsOf({ values: { logs } }: Section<ServiceDocument>): Logs | null {
  return logs === undefined || logs.value === 'inherit' ? null : logs.value
}

function reportRotate({ at, entries }: Logs, why: string): void {
  const entry = entries.get('rotate')
  if (entry === undefined) return
  report(
    { ...at, tree: entry.value, path: join(at.path, 'rotate') },
    'conflicting-keys',
    `"rotate" ${why}`,
    entry.place,
  )
}

/** What anybody writes is still in `supervisor logs`, but not once the supervisor has ended: nobody has its last words. */
function warnOfSilence({ at, entries }: Logs): void {
  const place = entries.get('stdout')?.place ?? at.tree.place
  const way = 'add a "file", or set it in the services that are meant'
  const message = `without a "file" the supervisor's own messages are nowhere once it has ended, and nothing tells why; ${way}`
  warn({ ...at, path: join(at.path, 'stdout') }, 'conflicting-keys', message, place)
}
