/** Closes Node's inspector if SIGUSR1 has opened it before anybody listened, in the first moments of the process. */
export function closeInspector(): void {
  const inspector = process.getBuiltinModule('node:inspector')
  if (inspector.url() !== undefined) inspector.close()
}
