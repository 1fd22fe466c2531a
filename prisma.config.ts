import { defineConfig } from 'prisma/config'
import { databaseUrl } from './prisma/database.ts'
import { migrateAdapter } from './prisma/migrate-adapter.ts'

const given = process.env['DATABASE_URL']

// Prisma refuses a schema whose env() is not set, though it never reads this address: the adapter has the real one.
process.env['DATABASE_URL'] ??= 'postgresql://unused'
// Of a schema that it cannot read it says so only after downloading an engine, unless it is told of one.
process.env['PRISMA_QUERY_ENGINE_LIBRARY'] ??= process.execPath

export default defineConfig({
  experimental: { adapter: true },
  // The schema engine compiled to WebAssembly: the other one is a download.
  engine: 'js',
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  adapter: () => Promise.resolve(migrateAdapter(databaseUrl(given))),
})
