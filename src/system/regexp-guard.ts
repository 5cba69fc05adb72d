/**
 * From now on an expression that backtracks too much goes on in V8's linear-time engine: a careless `^(a+)+$` and one
 * line of a service's output would otherwise stop the whole supervisor. Which expressions that engine can do is
 * checked when the file is read (core/config/regexp-refusal.ts). From Node 26 on this holds only
 * for expressions that are made afterwards.
 *
 * A step back may have read the whole line: after V8's own limit of 50,000 even `a*$` takes three seconds for a line of
 * 64 KiB, and after this one a tenth of a second.
 */
export function guardRegExps(): void {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
  setFlagsFromString('--regexp-backtracks-before-fallback=1000')
}
