import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { openDatabase } from '#prisma/database.ts'
import { migrate } from '#prisma/migrate.ts'

/** A database of its own on the server in use, with every migration applied; `drop` removes it and stops what was started. */
export async function ownDatabase(purpose: string): Promise<{ url: string; drop(): Promise<void> }> {
  const server = await openDatabase()
  const name = `vitrine_${purpose}_${randomBytes(6).toString('hex')}`
  await onServer(server.url, `CREATE DATABASE ${name}`)
  const address = new URL(server.url)
  address.pathname = `/${name}`
  await migrate({ url: address.href })
  return {
    url: address.href,
    async drop() {
      await onServer(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      if (!server.adopted) await server.stop()
    },
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}
