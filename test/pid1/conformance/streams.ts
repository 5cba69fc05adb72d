import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { openPipe } from '../../../src/system/libc/pipe.ts'
import { Output } from '../support/output.ts'
import type { Running, Start } from './case.ts'

/** The standard descriptors of an init, and their other ends. */
export interface Streams {
  readonly stdio: readonly (number | 'ignore')[]
  /** Once the init has its own. */
  readonly closeOurs: () => void
  readonly ends: Pick<Running, 'stdin' | 'stdout' | 'stderr'>
}

/** Real pipes, as a container has them: Node itself would make sockets. */
export function openStreams({
  stdin = 'nothing',
  stdout,
  stderr,
}: Omit<Start, 'stdin'> & { stdin?: Start['stdin'] | 'nothing' }): Streams {
  const input = stdin === 'pipe' ? pipe() : null
  const [output, errors] = [pipe(), pipe()]
  const ours = [output.writeFd, errors.writeFd, ...(input === null ? [] : [input.readFd])]
  return {
    stdio: [
      input?.readFd ?? (typeof stdin === 'number' ? stdin : 'ignore'),
      stdout ?? output.writeFd,
      stderr ?? errors.writeFd,
    ],
    closeOurs: () => ours.forEach((fd) => closeSync(fd)),
    ends: {
      stdin: input === null ? null : writer(input.writeFd),
      stdout: new Output(output.readFd),
      stderr: new Output(errors.readFd),
    },
  }
}

function pipe(): { readonly readFd: number; readonly writeFd: number } {
  const ends = openPipe()
  if (typeof ends === 'number') throw new Error(`cannot open a pipe: errno ${-ends}`)
  return ends
}

function writer(fd: number): Socket {
  const socket = new Socket({ fd, readable: false, writable: true })
  // Who reads may end before it has read all.
  socket.on('error', () => {})
  return socket
}
