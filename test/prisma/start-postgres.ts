import { startPostgres } from '#prisma/embedded-postgres.ts'

// A process of its own that starts the database in the folder it is given and says so in one line: it then stops it
// and ends ("stop"), ends and leaves it running ("leave"), or stays until it is killed ("stay").
const [dir = '', then = 'stop'] = process.argv.slice(2)

try {
  const server = await startPostgres({ dir })
  console.log(JSON.stringify({ url: server.url, adopted: server.adopted, uid: process.getuid?.() }))
  if (then === 'stop') await server.stop()
  if (then === 'stay') process.stdin.resume()
} catch (error) {
  console.log(JSON.stringify({ refused: error instanceof Error ? error.message : String(error) }))
}
