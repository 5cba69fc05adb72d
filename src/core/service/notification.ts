/**
 * Whether an sd_notify message says that the service is ready.
 *
 * A message is lines of `KEY=VALUE`; keys that are not known are ignored (sd_notify(3)).
 */
export function saysReady(message: string): boolean {
  return message.split('\n').includes('READY=1')
}
