import type { ServiceConfig } from '../core/config/model.ts'
import { namesOf, numbersOf, setOf, type Capabilities, type CapabilitySet } from './capabilities.ts'
import { Refusal } from './refusal.ts'

/** Whom the rights are for. */
export interface RightsRequest {
  readonly service: Pick<ServiceConfig, 'capAdd' | 'capDrop' | 'noNewPrivileges'>
  /** The supervisor's own. */
  readonly own: Capabilities
  /** The user id that the command will have. */
  readonly uid: number
  /** Whether that is another one than ours. */
  readonly isSwitched: boolean
}

/**
 * setpriv(1)'s words for the capabilities of a command, by their numbers: names that it does not know it would refuse.
 *
 * Root has at every exec what its bounding set holds. Another user has only what is ambient; its bounding set
 * limits what a file may bring back to it (capabilities(7)).
 *
 * @throws {Refusal} What setpriv itself would leave out in silence, and go on.
 */
export function rightsWords(request: RightsRequest): readonly string[] {
  const { service, own, uid, isSwitched } = request
  if (service.capAdd.length === 0 && service.capDrop.length === 0) return []
  // Leaving the user id 0 empties the ambient set.
  const ambientBefore = isSwitched && uid !== 0 ? 0n : own.ambient
  checkAdded(request)
  const bounding = change(service, own.bounding, own.bounding)
  const ambient = uid === 0 ? own.ambient & bounding : change(service, ambientBefore, own.permitted & own.bounding)
  const inheritable = uid === 0 ? own.inheritable & bounding : ambient
  return [
    ...boundingWords(request, own.bounding & ~bounding),
    ...option('--inh-caps', own.inheritable, inheritable),
    ...option('--ambient-caps', ambientBefore, ambient),
  ]
}

/** As a container engine does it: what is added to ALL, taken from ALL, or both from what there is. */
function change(
  { capAdd, capDrop }: RightsRequest['service'],
  present: CapabilitySet,
  all: CapabilitySet,
): CapabilitySet {
  if (capAdd.includes('ALL')) return all & ~setOf(capDrop)
  if (capDrop.includes('ALL')) return setOf(capAdd)
  return (present & ~setOf(capDrop)) | setOf(capAdd)
}

function checkAdded({ service, own, uid }: RightsRequest): void {
  const lacking = namesOf(setOf(service.capAdd) & ~(uid === 0 ? own.bounding : own.bounding & own.permitted))
  const [first] = lacking
  if (first === undefined) return
  const way = lacking.map((name) => `--cap-add ${name}`).join(' ')
  throw new Refusal(
    `cannot add the capability "${first}": the supervisor itself does not have it; start the container with ${way}`,
  )
}

function boundingWords({ service, own, uid }: RightsRequest, dropped: CapabilitySet): readonly string[] {
  if (dropped === 0n) return []
  if ((own.effective & setOf(['SETPCAP'])) !== 0n) return [`--bounding-set=${signed('-', dropped)}`]
  // Then no file can bring anything back (PR_SET_NO_NEW_PRIVS), and nothing is there to begin with.
  if (service.noNewPrivileges && uid !== 0) return []
  const way =
    uid === 0 ? 'start the container with --cap-add SETPCAP' : 'add "no_new_privileges: true", which does the same'
  throw new Refusal(
    `cannot drop the capability "${namesOf(dropped)[0]}": the supervisor lacks the capability SETPCAP; ${way}`,
  )
}

function option(name: string, before: CapabilitySet, after: CapabilitySet): readonly string[] {
  const words = [signed('-', before & ~after), signed('+', after & ~before)].filter((word) => word !== '')
  return words.length === 0 ? [] : [`${name}=${words.join(',')}`]
}

function signed(sign: '-' | '+', set: CapabilitySet): string {
  return numbersOf(set)
    .map((number) => `${sign}cap_${number}`)
    .join(',')
}
