import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from './support/requirements.ts'

const FILE = 'services: {web: {command: a}, worker: {command: a}, db: {command: a}}'

const folder = mkdtempSync(join(tmpdir(), 'completion-'))
writeFileSync(join(folder, 'services.yaml'), FILE)
t.teardown(() => rmSync(folder, { recursive: true }))

/** What a shell says, with `supervisor` in its PATH, in a folder with a file and without a supervisor. */
function say(shell: string, script: string): string {
  const { stdout, stderr } = spawnSync(shell, ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${join(ROOT, 'bin')}:${process.env['PATH']}`, HOME: folder, PIDONE_RUNTIME_DIR: folder },
  })
  return stdout + stderr
}

function missing(shell: string): string | false {
  return spawnSync(shell, ['-c', ':']).error === undefined ? false : `no ${shell} here`
}

/** Bash's variables for words that stand there, of which the last is being typed, and what it comes to. */
function typed(...words: readonly string[]): string {
  const array = words.map((word) => `'${word}'`).join(' ')
  return `COMP_WORDS=(${array}) COMP_CWORD=${words.length - 1}; _supervisor; printf '%s|' "\${COMPREPLY[@]}"; echo`
}

void t.test('bash completes commands, services and values', { skip: missing('bash') }, async (test) => {
  test.equal(
    say(
      'bash',
      ['source <(supervisor completion bash)']
        .concat(typed('supervisor', 'sta'), typed('supervisor', 'stop', 'w'), typed('supervisor', 'stop', 'web', ''))
        .concat(typed('supervisor', 'wait', '--for', '=', 'r'), typed('supervisor', 'wait', '--for', '='))
        .concat(typed('supervisor', 'graph', '--format', '=', 'm'), typed('supervisor', 'graph', '--format=m'))
        .concat(typed('supervisor', 'logs', 'super'), typed('supervisor', 'logs', 'supervisor', 'd'))
        .join('\n'),
    ),
    'status|start|\nweb|worker|\nworker|db|\nready|\nready|stopped|completed|\nmermaid|\n--format=mermaid|\nsupervisor|\ndb|\n',
  )
})

void t.test('fish completes them, and says what they are', { skip: missing('fish') }, async (test) => {
  const said = say(
    'fish',
    ['supervisor completion fish | source']
      .concat(
        ['sta', 'stop w', 'logs super', 'graph --format=m', 'check --file=serv'].map(
          (words) => `complete -C "supervisor ${words}"`,
        ),
      )
      .join('; '),
  )
  test.match(said, /^status\tshow what runs/m)
  test.match(said, /^web\ta service\nworker\ta service$/m)
  test.match(said, /^supervisor\tits own messages\n--format=mermaid\thow .*\n--file=services\.yaml/m)
})

void t.test('zsh completes them, too', { skip: missing('zsh') }, async (test) => {
  // A terminal of its own, in which a person types; `zpty` is zsh's.
  const said = say(
    'zsh',
    `zmodload zsh/zpty
    zpty -b shell zsh -f -i
    zpty -w shell 'PS1=; autoload -U compinit; compinit -u -D; source <(supervisor completion zsh); print loaded'
    zpty -r shell line '*loaded*loaded*'
    zpty -w -n shell $'supervisor stop wo\\t'
    zpty -r shell line '*worker *'
    print -r -- "$line"
    zpty -w -n shell $'\x15supervisor graph --format=m\t'
    zpty -r shell line '*mermaid *'
    print -r -- "$line"
    zpty -w -n shell $'\x15supervisor check --file=serv\t'
    zpty -r shell line '*yaml *'
    print -r -- "$line"
    zpty -d shell`,
  )
  test.match(said, /supervisor stop worker/)
  test.match(said, /supervisor graph --format=mermaid/)
  test.match(said, /supervisor check --file=services\.yaml/)
})
