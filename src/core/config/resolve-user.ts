import { quote } from '../text/quote.ts'
import { checkPrivilege } from './check-privilege.ts'
import { checkTool } from './check-tool.ts'
import type { Identity } from './model.ts'
import { hintAt, report, type At, type Located } from './shape/shape.ts'
import type { DeclaredUser } from './vocabulary/user.ts'
import type { World } from './world.ts'

const DIGITS = /^[0-9]+$/
/** The highest id; the one above it means "unchanged" to setresuid(2). */
const MAX_ID = 4_294_967_294

/** The user to run as; null when none is named, or when it cannot be one, which is reported. */
export function resolveUser({ value, at }: Located<DeclaredUser | null>, world: World): Identity | null {
  if (value === null) return null
  const user = findUser(value.user, at, world)
  const gid = value.group === null ? user?.gid : findGroup(value.group, at, world)
  if (user === undefined || gid === undefined) return null
  checkSwitch({ ...user, gid }, value, at, world)
  return { ...user, gid }
}

/** The ids of further groups; what cannot be one is reported. */
export function resolveGroups(groups: readonly Located<string>[], world: World): readonly number[] {
  const [first] = groups
  if (first !== undefined && world.currentUid !== 0) {
    const way = 'start it as root, or leave out "group_add"'
    report(first.at, 'bad-value', `cannot add groups: the supervisor runs as user ${world.currentUid}; ${way}`)
  } else if (first !== undefined) {
    checkTool('setpriv', 'adding groups', first.at, world)
    checkPrivilege('SETGID', 'adding groups', first.at, world)
  }
  return groups.flatMap(({ value, at }) => findGroup(value, at, world) ?? [])
}

/** A user by name or number; one that there is not is reported. */
export function findUser(name: string, at: At, world: World): Identity | undefined {
  const known = world.findUser(name)
  if (known !== null) return known
  if (!DIGITS.test(name)) return reportUnknown(name, at, { kind: 'user', file: '/etc/passwd', names: world.userNames })
  const uid = readId(name, at)
  // Docker, too, gives group 0 to a uid that has no entry.
  return uid === undefined ? undefined : { uid, gid: 0, name: null, home: null }
}

/** A group's id by its name or number; one that there is not is reported. */
export function findGroup(name: string, at: At, world: World): number | undefined {
  if (DIGITS.test(name)) return readId(name, at)
  const known = world.findGroup(name)
  return known ?? reportUnknown(name, at, { kind: 'group', file: '/etc/group', names: world.groupNames })
}

interface Known {
  readonly kind: 'user' | 'group'
  readonly file: string
  readonly names: () => readonly string[]
}

function reportUnknown(name: string, at: At, { kind, file, names }: Known): undefined {
  const way = hintAt(at, name, names()) || '; create it in the image, or give a number'
  return report(at, 'unknown-user', `no ${kind} ${quote(name)} in ${file}${way}`)
}

function readId(digits: string, at: At): number | undefined {
  const id = Number(digits)
  return id <= MAX_ID ? id : report(at, 'bad-value', `the id ${quote(digits)} is over ${MAX_ID}`)
}

function checkSwitch(user: Identity, declared: DeclaredUser, at: At, world: World): void {
  const { currentUid } = world
  if (currentUid === 0) {
    if (user.uid === 0 && declared.group === null) return
    const what = `switching to user ${quote(declared.user)}`
    checkTool('setpriv', what, at, world)
    checkPrivilege('SETUID', what, at, world)
    checkPrivilege('SETGID', what, at, world)
  } else if (user.uid !== currentUid) {
    const way = 'start it as root, or leave out "user"'
    const message = `cannot run as ${quote(declared.user)}: the supervisor runs as user ${currentUid}; ${way}`
    report(at, 'bad-value', message)
  } else if (user.gid !== world.currentGid) {
    const what = `switching to group ${user.gid}`
    checkTool('setpriv', what, at, world)
    checkPrivilege('SETGID', what, at, world)
  }
}
