import type { LogFileSettings } from '../log/settings.ts'
import { quote } from '../text/quote.ts'
import { report, type At } from './shape/shape.ts'

/** Who writes to a log file, and where that is said. */
export interface LogFileUser {
  readonly name: string
  readonly file: LogFileSettings
  readonly at: At
}

/** Reports log files that two would rotate in different ways, and those that another's rotation would write over. */
export function checkLogFiles(users: readonly LogFileUser[]): void {
  const first = new Map<string, LogFileUser>()
  for (const user of users) {
    const { path } = user.file
    const other = first.get(path)
    if (other === undefined) first.set(path, user)
    else if (!isSameRotation(other.file, user.file)) {
      const message = `${quote(path)} is rotated in another way for ${quote(other.name)}; say the same in both, or take another file`
      reportUser(user, message)
    }
  }
  for (const user of first.values()) {
    const { path } = user.file
    const rotated = first.get(path.replace(/\.\d+(?:\.gz)?$/, ''))
    if (rotated === undefined || rotated === user || rotated.file.maxFiles === 0) continue
    const message = `${quote(path)} is what an old ${quote(rotated.file.path)} is called when that is rotated; take another name`
    reportUser(user, message)
  }
}

function isSameRotation(one: LogFileSettings, other: LogFileSettings): boolean {
  return one.maxBytes === other.maxBytes && one.maxFiles === other.maxFiles && one.compress === other.compress
}

function reportUser({ at }: LogFileUser, message: string): void {
  report(at, 'conflicting-keys', message, at.name)
}
