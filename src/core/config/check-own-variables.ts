import { quote } from '../text/quote.ts'
import { INSTANCE_VARIABLE } from './interpolate.ts'
import { join } from './shape/collection.ts'
import type { Section } from './shape/object.ts'
import { report } from './shape/shape.ts'
import { keyInFile, type Place, type Tree } from './tree.ts'
import type { FileDocument } from './vocabulary/file.ts'
import type { ServiceDocument } from './vocabulary/service.ts'

/** Marks the processes of a run (system/run-members.ts). */
const RUN_VARIABLE = 'PIDONE_RUN'

/** Reports variables of a service that the supervisor sets itself, over those of the file. */
export function checkOwnVariables(service: Section<ServiceDocument>): void {
  const { scale, ready, watchdog } = service.values
  const isNotified = ready?.value.kind === 'notify-systemd' || watchdog !== undefined
  const isAuto = ready?.value.kind === 'notify-fd' && ready.value.fd === 'auto'
  checkNames(service, [
    RUN_VARIABLE,
    ...(scale === undefined ? [] : [INSTANCE_VARIABLE]),
    ...(isNotified ? ['NOTIFY_SOCKET'] : []),
    ...(watchdog === undefined ? [] : ['WATCHDOG_USEC']),
    ...(isAuto ? ['NOTIFY_FD'] : []),
  ])
}

/** The same of the variables of all services. */
export function checkSharedVariables(file: Section<FileDocument>): void {
  checkNames(file, [RUN_VARIABLE])
}

function checkNames({ at, entries }: Section<object>, names: readonly string[]): void {
  const written = entries.get('environment')
  if (written === undefined) return
  for (const { name, key, tree, place } of variablesIn(written.value)) {
    if (!names.includes(name)) continue
    const path = `${join(at.path, 'environment')}${key}`
    const message = `the supervisor sets ${quote(name)} itself, over what stands here; leave it out`
    report({ ...at, tree, path }, 'conflicting-keys', message, place)
  }
}

interface Variable {
  readonly name: string
  /** As it continues the path. */
  readonly key: string
  readonly tree: Tree
  readonly place: Place
}

function variablesIn(tree: Tree): readonly Variable[] {
  switch (tree.kind) {
    case 'scalar':
      return []
    case 'list':
      return tree.items.flatMap((item, index) =>
        item.kind === 'scalar'
          ? [{ name: item.text.replace(/=[^]*$/, ''), key: `[${index}]`, tree: item, place: item.place }]
          : [],
      )
    case 'mapping':
      return tree.entries.map((entry) => ({
        name: entry.key,
        key: `.${keyInFile(entry)}`,
        tree: entry.value,
        place: entry.place,
      }))
  }
}
