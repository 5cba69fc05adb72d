import type { Asker } from '../../../src/core/control/access.ts'

/** Root, who may ask everything. */
export const ROOT_ASKS: Asker = { uid: 0, name: 'root', access: 'admin', isOwn: true }

/** Somebody who may look on. */
export const READER_ASKS: Asker = { uid: 1000, name: 'monitor', access: 'read', isOwn: false }
