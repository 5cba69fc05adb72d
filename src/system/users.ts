import type { Identity } from '../core/config/model.ts'
import { readRegularFile } from './read-file.ts'

/** Even a directory service's dump of a large company stays below this. */
const MAX_BYTES = 8 * 1024 * 1024
/** 2^32 - 1 stands for "no change" in setuid(2) and its like. */
const MAX_ID = 2 ** 32 - 2

/** Users and groups by name or number. */
export interface Users {
  /** A number without an entry is a user with group 0, without name and home, as in a container engine. */
  readonly findUser: (name: string) => Identity | null
  /** The group's number; one without an entry is itself. */
  readonly findGroup: (name: string) => number | null
  /** All names, as they stand in the files. */
  readonly userNames: () => readonly string[]
  readonly groupNames: () => readonly string[]
  /** The first name that a user has; null when there is none. */
  readonly nameOf: (uid: number) => string | null
}

/**
 * Reads /etc/passwd and /etc/group (passwd(5), group(5)) when first asked, once.
 *
 * The files themselves, not the C library: what they say is the same under glibc and musl, and no service that libc
 * may ask for names runs before the services do.
 *
 * @param folder Where the files are; only tests have them elsewhere.
 */
export function openUsers(folder = '/etc'): Users {
  let users: readonly Identity[] | null = null
  let groups: ReadonlyMap<string, number> | null = null
  const allUsers = (): readonly Identity[] => (users ??= readUsers(`${folder}/passwd`))
  const allGroups = (): ReadonlyMap<string, number> => (groups ??= readGroups(`${folder}/group`))
  return {
    findUser: (name) => findIdentity(allUsers(), name),
    findGroup: (name) => allGroups().get(name) ?? parseId(name),
    userNames: () => allUsers().flatMap(({ name }) => name ?? []),
    groupNames: () => [...allGroups().keys()],
    nameOf: (uid) => allUsers().find((user) => user.uid === uid)?.name ?? null,
  }
}

/**
 * The groups that a user is put into by /etc/group, beside its own (initgroups(3)). Read anew each time: what runs
 * before a service may have put its user into some.
 *
 * @param folder Where the file is; only tests have it elsewhere.
 */
export function readGroupsOf(user: string, folder = '/etc'): readonly number[] {
  return readFields(`${folder}/group`).flatMap(([, , gidText = '', members = '']) => {
    const gid = parseId(gidText)
    return gid !== null && members.split(',').includes(user) ? [gid] : []
  })
}

/** A name wins over a number, so that a user may be called 1000. */
function findIdentity(users: readonly Identity[], name: string): Identity | null {
  const named = users.find((user) => user.name === name)
  if (named !== undefined) return named
  const uid = parseId(name)
  if (uid === null) return null
  return users.find((user) => user.uid === uid) ?? { uid, gid: 0, name: null, home: null }
}

function readUsers(path: string): readonly Identity[] {
  return readFields(path).flatMap(([name = '', , uidText = '', gidText = '', , home = '']) => {
    const uid = parseId(uidText)
    const gid = parseId(gidText)
    return name === '' || uid === null || gid === null ? [] : [{ uid, gid, name, home: home === '' ? '/' : home }]
  })
}

/** The first of two entries with one name counts, as for getgrnam(3). */
function readGroups(path: string): ReadonlyMap<string, number> {
  const groups = new Map<string, number>()
  for (const [name = '', , gidText = ''] of readFields(path)) {
    const gid = parseId(gidText)
    if (name !== '' && gid !== null && !groups.has(name)) groups.set(name, gid)
  }
  return groups
}

/** The lines' fields; none for a file that cannot be read, since an image may have none. */
function readFields(path: string): readonly (readonly string[])[] {
  const file = readRegularFile(path, MAX_BYTES)
  if (file.kind !== 'bytes') return []
  const lines = file.bytes.toString('utf8').split(/\r?\n/)
  // "+" and "-" are left over from NIS and name nobody.
  return lines.filter((line) => !/^\s*([#+-]|$)/.test(line)).map((line) => line.split(':'))
}

function parseId(text: string): number | null {
  if (!/^\d{1,10}$/.test(text)) return null
  const id = Number(text)
  return id <= MAX_ID ? id : null
}
