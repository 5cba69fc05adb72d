import { main } from './cli/main.ts'
import { exitAtOnce } from './system/libc.ts'

void main(process.argv.slice(2)).then((status) => {
  // Node would wait here for a thread that is stuck in a write that nobody reads.
  process.on('exit', exitAtOnce)
  process.exit(status)
})
