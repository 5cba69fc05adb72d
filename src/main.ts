import { INTERNAL_ERROR } from './cli/exit-status.ts'
import { main } from './cli/main.ts'
import { exitAtOnce } from './system/libc.ts'

main(process.argv.slice(2)).then(end, (error: unknown) => {
  process.stderr.write(`supervisor: internal error: ${error instanceof Error ? error.stack : String(error)}\n`)
  end(INTERNAL_ERROR)
})

function end(status: number): void {
  // After all other listeners: Node itself would wait for a thread that is stuck in a write that nobody reads.
  process.on('exit', exitAtOnce)
  process.exit(status)
}
