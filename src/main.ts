import { INTERNAL_ERROR } from './cli/exit-status.ts'
import { main } from './cli/main.ts'
import { replaceStderr } from './cli/own-stderr.ts'
import { tell } from './cli/terminal.ts'
import { exitAtOnce } from './system/libc/exit.ts'
import { rawArguments } from './system/raw-arguments.ts'

replaceStderr()
leaveLostFolder()
const argv = rawArguments(process.argv.slice(2))

main(argv).then(end, (error: unknown) => {
  tell(`supervisor: internal error: ${error instanceof Error ? error.stack : String(error)}\n`)
  end(INTERNAL_ERROR)
})

/** Where the current folder was removed, whoever asks for it would get an error (getcwd(3)). */
function leaveLostFolder(): void {
  try {
    process.cwd()
  } catch {
    process.chdir('/')
    tell('supervisor: warning: the current folder does not exist any more; "/" takes its place\n')
  }
}

function end(status: number): void {
  // A supervisor's output has threads of its own, and Node would wait for one that is stuck in a write that nobody reads.
  // After all other listeners.
  if (argv[0] === 'init' || argv[0] === 'up') process.on('exit', exitAtOnce)
  process.exit(status)
}
