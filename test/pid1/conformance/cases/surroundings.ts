import { deepEqual, equal } from 'node:assert/strict'
import { mkdirSync, openSync, closeSync } from 'node:fs'
import { join } from 'node:path'
import type { Case } from '../case.ts'
import { sameAsBare, told } from '../seen.ts'
import { shell } from '../words.ts'

/** What of the init's own state CMD inherits. */
export const SURROUNDINGS: readonly Case[] = [
  {
    name: 'CMD runs in the working folder that the init was started in',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: async (init) => {
      const workingDir = join(init.folder, 'a b\n\u00e9')
      mkdirSync(workingDir)
      equal((await told(init, 'pwd -P', { workingDir })).toString(), `${workingDir}\n`)
    },
  },
  {
    name: 'the umask is kept',
    promisedBy: ['SPEC', 'docker'],
    run: (init) => sameAsBare(init, 'umask', { before: shell('umask 0137; exec "$@"') }),
  },
  {
    name: 'every resource limit is kept, the soft limit of open files above all',
    promisedBy: ['SPEC', 'docker'],
    run: (init) =>
      sameAsBare(init, 'cat /proc/self/limits', {
        before:
          `prlimit --nofile=200:4000 --core=0:100 --stack=4194304: --cpu=1000:2000 --nproc=900:950 --fsize=100000000:200000000 --memlock=65536:131072 --sigpending=900:1000 --`.split(
            ' ',
          ),
      }),
  },
  {
    name: 'the nice value is kept',
    promisedBy: ['SPEC', 'docker'],
    run: (init) => sameAsBare(init, 'nice', { before: ['nice', '-n', '7'] }),
  },
  {
    name: 'oom_score_adj is kept',
    promisedBy: ['SPEC', 'docker'],
    run: (init) => sameAsBare(init, 'cat /proc/self/oom_score_adj', { before: ['choom', '-n', '321', '--'] }),
  },
  {
    name: 'no signal is blocked in CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) =>
      equal((await told(init, 'grep SigBlk /proc/self/status')).toString(), `SigBlk:\t${'0'.repeat(16)}\n`),
  },
  {
    name: 'no signal is ignored in CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) =>
      equal((await told(init, 'grep SigIgn /proc/self/status')).toString(), `SigIgn:\t${'0'.repeat(16)}\n`),
  },
  {
    name: 'what was ignored when the init began (nohup) is ignored in CMD',
    promisedBy: ['tini'],
    otherwise: { 'dumb-init': 'sets every signal to its default' },
    ours: 'sets every signal to its default',
    reason: 'a CMD that cannot be told to reload or stop, since somebody long before it did not want to be, is no use',
    run: (init) => sameAsBare(init, 'grep SigIgn /proc/self/status', { before: shell('trap "" HUP USR2; exec "$@"') }),
  },
  {
    name: 'capabilities and no_new_privs are kept',
    promisedBy: ['SPEC', 'docker'],
    run: (init) =>
      sameAsBare(init, 'grep -E "^(Cap|NoNewPrivs)" /proc/self/status', {
        before: [
          'setpriv',
          '--bounding-set=-sys_time,-net_raw',
          '--inh-caps=+kill',
          '--ambient-caps=+kill',
          '--no-new-privs',
          '--',
        ],
      }),
  },
  {
    name: 'user and groups are kept',
    promisedBy: ['SPEC', 'docker'],
    run: (init) =>
      sameAsBare(init, 'id', { before: ['setpriv', '--reuid=1234', '--regid=2345', '--groups=2345,77', '--'] }),
  },
  {
    name: 'CMD has no descriptors but those that the container was given',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: (init) => sameAsBare(init, 'cd /proc/$$/fd && echo *'),
  },
  {
    name: 'descriptors that were handed in reach CMD under their numbers (LISTEN_FDS, podman --preserve-fds)',
    promisedBy: ['tini', 'dumb-init', 'catatonit'],
    ours: 'closes them',
    reason: 'services should find nothing open but what the file promises, whatever some script has left open',
    run: async (init) => {
      const fds = ['three', 'four', 'five'].map((name) => openSync(join(init.folder, name), 'w+'))
      const seen = await told(init, 'readlink /proc/$$/fd/3 /proc/$$/fd/4 /proc/$$/fd/5', { descriptors: fds }).finally(
        () => fds.forEach((fd) => closeSync(fd)),
      )
      deepEqual(
        seen.toString().trim().split('\n'),
        ['three', 'four', 'five'].map((name) => join(init.folder, name)),
      )
    },
  },
  {
    name: "CMD's name is the word that it was called by",
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: (init) => sameAsBare(init, 'cat /proc/$$/comm; tr "\\0" "\\n" </proc/$$/cmdline | head -n 1'),
  },
  {
    name: "CMD's parent is the init",
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    only: ['pid1'],
    run: async (init) => equal((await told(init, 'echo $PPID')).toString(), '1\n'),
  },
  {
    name: "CMD's process group is not the init's",
    promisedBy: ['tini', 'dumb-init'],
    run: async (init) => {
      const [own, parent] = (await told(init, 'ps -o pgid= -p "$$"; ps -o pgid= -p "$PPID"')).toString().split('\n')
      equal(own === parent, false, `both are in group ${own}`)
    },
  },
]
