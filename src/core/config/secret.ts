const TELLTALE = /PASSWORD|PASSWD|SECRET|TOKEN|KEY/i
/** Where a secret is kept is none. */
const PATH = /_FILE$/i

/**
 * Whether the value of a variable is nobody's business, by its name.
 *
 * @param listed Names that the file lists under `secrets`.
 */
export function isSecretName(name: string, listed: ReadonlySet<string>): boolean {
  return listed.has(name) || (TELLTALE.test(name) && !PATH.test(name))
}

/**
 * The values of secret variables in some environments, none of them empty.
 *
 * @param open Words that stand in the file for all to see, such as names of services: to hide them would only hide what
 *   is said, as where the password of `postgres` is "postgres".
 */
export function secretValues(
  environments: Iterable<ReadonlyMap<string, string | null>>,
  listed: ReadonlySet<string>,
  open: Pick<ReadonlySet<string>, 'has'> = new Set(),
): ReadonlySet<string> {
  const values = new Set<string>()
  for (const environment of environments) {
    for (const [name, value] of environment) {
      if (value !== null && value !== '' && !open.has(value) && isSecretName(name, listed)) values.add(value)
    }
  }
  return values
}
