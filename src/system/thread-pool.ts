import { stat } from 'node:fs'

/**
 * Starts libuv's threads now. They start with the first work for them, such as reading a file for the first status, and
 * where no thread can be had any more, in a container that is at its limit of processes, libuv ends the process
 * (`init_threads` in src/threadpool.c). Before the first service there is room.
 */
export function startThreadPool(): void {
  stat('/', () => {})
}
