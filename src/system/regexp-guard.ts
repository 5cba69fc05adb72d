/**
 * From now on an expression that backtracks too much goes on in V8's linear-time engine: a careless `^(a+)+$` and one
 * line of a service's output would otherwise stop the whole supervisor. That engine knows no look-around and no
 * back-references; expressions with those stay as they are.
 */
export function guardRegExps(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
}
