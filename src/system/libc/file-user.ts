import { libc } from './calls.ts'

/**
 * Reads files as another user for the length of one synchronous call (setfsuid(2): this thread alone). Where the
 * kernel refuses, the call is made as whom we are.
 */
export function asFileUser<T>(user: { readonly uid: number; readonly gid: number }, read: () => T): T {
  const calls = libc()
  // The group first: without the rights of the user it could no longer be changed.
  const ownGid = calls.setfsgid(user.gid)
  const ownUid = calls.setfsuid(user.uid)
  try {
    return read()
  } finally {
    calls.setfsuid(ownUid)
    calls.setfsgid(ownGid)
  }
}
