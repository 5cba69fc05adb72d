import { quote } from '../text/quote.ts'
import type { Access, ControlAllow } from './model.ts'
import { findGroup, findUser } from './resolve-user.ts'
import { report, type At } from './shape/shape.ts'
import type { Grant } from './vocabulary/control.ts'
import type { World } from './world.ts'

/** Who may ask what, by ids; who cannot be found, is there twice or may do all anyway is reported. */
export function resolveControlAllow(grants: readonly Grant[], world: World): ControlAllow {
  const users = new Map<number, Access>()
  const groups = new Map<number, Access>()
  for (const { who, access, at } of grants) {
    const key = atKey(at)
    const isGroup = who.startsWith('@')
    const id = isGroup ? findGroup(who.slice(1), key, world) : findUser(who, key, world)?.uid
    const known = isGroup ? groups : users
    if (id === undefined) continue
    if (id === 0 && !isGroup) report(key, 'bad-value', 'root may ask everything anyway; leave it out')
    else if (known.has(id)) report(key, 'duplicate-key', `${quote(who)} is there twice, as ${id}`)
    else known.set(id, access)
  }
  return { users, groups }
}

/** What is wrong stands in the key, not in its value. */
function atKey(at: At): At {
  return { ...at, tree: { ...at.tree, place: at.name } }
}
