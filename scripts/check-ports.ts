import { once } from 'node:events'
import { createServer } from 'node:net'

/** Arguments: `VARIABLE=PORT`. Ends with 1 and says which variable to change when one of the ports is taken. */
for (const argument of process.argv.slice(2)) {
  const [variable = '', port = ''] = argument.split('=')
  const why = await tryPort(Number(port))
  if (why === null) continue
  process.stderr.write(`cannot use port ${port}: ${why}; choose another: ${variable}=${Number(port) + 1} npm start\n`)
  process.exitCode = 1
}

/** Null when the port of this machine is free, or why it cannot be listened on. */
async function tryPort(port: number): Promise<string | null> {
  const server = createServer()
  try {
    server.listen({ port, host: '127.0.0.1' })
    await once(server, 'listening')
    server.close()
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}
