import { createHmac, timingSafeEqual } from 'node:crypto'
import { settings } from './settings.js'

const NAME = 'visits'
const YEAR_S = 365 * 24 * 3600

/** How often this visitor has been here, by his own cookie; 0 when he has none that we have signed. */
export function visitsOf({ headers }) {
  const cookie = headers.cookie?.split('; ').find((each) => each.startsWith(`${NAME}=`))
  const [count = '', signature = ''] = cookie?.slice(NAME.length + 1).split('.') ?? []
  return isSame(signature, sign(count)) ? Number(count) : 0
}

/** The header that makes the visitor remember it. */
export function rememberVisits(count) {
  const secure = settings.publicUrl?.protocol === 'https:' ? '; Secure' : ''
  const cookie = `${NAME}=${count}.${sign(String(count))}; Path=/; Max-Age=${YEAR_S}; HttpOnly; SameSite=Lax${secure}`
  return { 'Set-Cookie': cookie }
}

function sign(text) {
  return createHmac('sha256', settings.sessionSecret).update(text).digest('base64url')
}

function isSame(one, other) {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
