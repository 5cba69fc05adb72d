import type { Config } from '../../../src/core/config/model.ts'
import { config, needs, needsDone, serviceConfig, TOLD } from '../support.ts'
import { Play } from './play.ts'

/** A database with its preparations, a cache, and an app on top of both; only the database and the cache tell. */
export const STACK: Config = config(
  serviceConfig({ name: 'init', type: 'oneshot', creates: '/data/PG_VERSION' }),
  serviceConfig({ name: 'db', ready: TOLD, dependsOn: [needsDone('init')] }),
  serviceConfig({ name: 'cache', ready: TOLD }),
  serviceConfig({ name: 'migrate', type: 'oneshot', dependsOn: [needs('db')] }),
  serviceConfig({ name: 'app', dependsOn: [needsDone('migrate'), needs('cache')] }),
)

/** The stack with everything up. */
export function stackUp(): Play {
  const play = new Play(STACK)
  play.acts('begin', 'init already-there')
  play.up('db', 'cache', 'migrate')
  play.ends('migrate')
  play.up('app')
  return play
}
