import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { generateClient } from '#prisma/generate-client.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

const SCHEMA = `
generator client {
  provider   = "prisma-client-js"
  engineType = "client"
  output     = "../generated"
}
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
`

const RING = `
model Ring {
  id Int @id
}
`

let checkout: string

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'vitrine-client-'))
  mkdirSync(join(checkout, 'prisma'))
  for (const file of ['package.json', 'prisma.config.ts']) copyFileSync(join(CHECKOUT, file), join(checkout, file))
  for (const folder of ['node_modules', 'app']) symlinkSync(join(CHECKOUT, folder), join(checkout, folder))
  for (const file of readdirSync(join(CHECKOUT, 'prisma'))) {
    if (file.endsWith('.ts')) copyFileSync(join(CHECKOUT, 'prisma', file), join(checkout, 'prisma', file))
  }
  // Neither a database nor a network, as on the machine of a newcomer behind a strict proxy.
  vi.stubEnv('DATABASE_URL', undefined)
  vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9')
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(checkout, { recursive: true })
})

const generate = (schema: string) => {
  writeFileSync(join(checkout, 'prisma/schema.prisma'), schema)
  return generateClient({ checkout, folder: 'generated' })
}

test('the client is made without a network or a database, and again only when the schema is another', async () => {
  expect(generate(SCHEMA + RING)).toBe(true)
  expect(generate(SCHEMA + RING)).toBe(false)
  expect(generate(SCHEMA + RING.replace('Ring', 'Chain'))).toBe(true)
  const { Prisma } = await import(join(checkout, 'generated/index.js'))
  expect(Prisma.ModelName).toEqual({ Chain: 'Chain' })
})

test('a schema that Prisma refuses is said in its own words', () => {
  expect(() => generate(SCHEMA + 'model Ring {\n id Int\n }')).toThrow(
    /could not be generated[^]*Each model must have at least one unique/,
  )
})
