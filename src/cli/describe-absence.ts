import type { Config } from '../core/config/model.ts'

/** Why a service does not run, in a few words. */
export function describeAbsence({ services, absences }: Config, name: string): string {
  const absence = absences.get(name)
  switch (absence) {
    case 'disabled':
      return 'enabled is false'
    case 'scale':
      return 'scale is 0'
    case 'profiles':
      return `none of its profiles is chosen (${(services.get(name)?.profiles ?? []).join(', ')})`
    case undefined:
      return 'it is not in the file'
  }
}
