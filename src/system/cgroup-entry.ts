import { findTool } from './tool.ts'

/** Moves itself into a cgroup, so that nothing of the command is ever outside, and becomes the command. */
const ENTER = 'echo 0 > "$0/cgroup.procs" && unset PWD OLDPWD SHLVL && exec "$@"'
const PURPOSE = 'enter a cgroup'
/** What every shell hands on as it is: what it takes for the name of a variable, and not for one of its own. */
const KEPT = /^(?!(?:PWD|OLDPWD|SHLVL|IFS|OPTIND|PPID)$)[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Puts the entry into a cgroup before a command.
 *
 * dash(1) and Busybox's shell drop what they cannot have as a variable, such as `discovery.type`, and all change some,
 * such as PWD: env(1) sets these again. It also stands before what the shell or itself would take for an option or a
 * variable.
 *
 * @throws {Refusal}
 */
export function enterCgroup(
  folder: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  const lost = Object.entries(environment).filter(([name]) => !KEPT.test(name))
  const [first = ''] = command
  const needsEnv = lost.length > 0 || first.startsWith('-')
  const words = needsEnv ? [...envWords(lost, first), ...command] : command
  return [findTool('sh', PURPOSE).path, '-c', ENTER, folder, ...words]
}

function envWords(lost: readonly (readonly [string, string])[], command: string): readonly string[] {
  const env = findTool('env', PURPOSE).path
  const words = [env, '--', ...lost.map(([name, value]) => `${name}=${value}`)]
  if (!command.includes('=')) return words
  const nice = findTool('nice', PURPOSE)
  return [...words, nice.path, '-n', '0', ...(nice.isBusybox ? [] : ['--'])]
}
