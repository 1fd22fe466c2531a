import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readAdminSchema } from './admin-schema.ts'
import { findOperations } from './find-operations.ts'
import { judgeOperations } from './operation-rules.ts'

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))
const SCHEMA = new URL('../sandbox/shopify/schema/admin_2026-10.json.gz', import.meta.url)
const CONFIGURATION = new URL('../shopify.app.toml', import.meta.url)

/** The scopes that the app asks a merchant for; undefined without a configuration. */
function askedScopes(): Set<string> | undefined {
  if (!existsSync(CONFIGURATION)) return undefined
  const [, scopes = ''] = /^scopes\s*=\s*"([^"]*)"/m.exec(readFileSync(CONFIGURATION, 'utf8')) ?? []
  return new Set(scopes.split(',').map((scope) => scope.trim()))
}

/** Checks every operation of the app against Shopify's own schema. */
function main(): void {
  const admin = readAdminSchema(SCHEMA)
  const scopes = askedScopes()
  const found = globSync('app/**/*.{ts,tsx,graphql}', { cwd: CHECKOUT })
    .sort()
    .map((path) => findOperations(path, readFileSync(`${CHECKOUT}/${path}`, 'utf8')))
  const verdicts = found.flatMap(({ operations }) => operations.map((one) => judgeOperations(admin, one, scopes)))
  const errors = [...found.flatMap((file) => file.errors), ...verdicts.flatMap((verdict) => verdict.errors)]
  for (const warning of verdicts.flatMap((verdict) => verdict.warnings)) console.log(`  ${warning}`)
  for (const error of errors) console.log(`✗ ${error}`)
  console.log(`${verdicts.length} documents, ${errors.length} errors.`)
  process.exitCode = errors.length > 0 ? 1 : 0
}

if (import.meta.main) main()
