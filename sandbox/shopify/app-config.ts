import { readFile } from 'node:fs/promises'
import { CannotStart } from '../cannot-start.ts'
import type { ConfiguredWebhooks } from './settings.ts'

/** What shopify.app.toml says of the app: the sandbox registers it as Shopify would, so that what is tried is deployed. */
export type AppConfig = { name: string; handle: string; scopes: string[]; webhooks: ConfiguredWebhooks[] }

/** Reads shopify.app.toml. Throws CannotStart when it is not there or lacks what the sandbox needs. */
export async function readAppConfig(path: string): Promise<AppConfig> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CannotStart(`${path} cannot be read; the sandbox learns from it which webhooks the app wants.`)
  })
  return parseAppConfig(text)
}

/** The few forms of TOML that shopify.app.toml is made of: tables, strings, and lists of strings over several lines. */
export function parseAppConfig(toml: string): AppConfig {
  const tables = tablesOf(toml)
  const top = tables.find(({ name }) => name === '')?.values ?? {}
  const access = tables.find(({ name }) => name === 'access_scopes')?.values ?? {}
  const webhooks = tables
    .filter(({ name }) => name === 'webhooks.subscriptions')
    .map(({ values }): ConfiguredWebhooks => {
      const include = list(values.include_fields)
      const topics = [...list(values.topics), ...list(values.compliance_topics)]
      return { topics, uri: one(values.uri), ...(include.length > 0 && { includeFields: include }) }
    })
  const scopes = one(access.scopes)
    .split(',')
    .map((scope) => scope.trim())
    .filter(Boolean)
  return { name: one(top.name), handle: one(top.handle), scopes, webhooks }
}

type Value = string | string[] | undefined
type Table = { name: string; values: Record<string, Value> }

function one(value: Value): string {
  if (typeof value === 'string') return value
  throw new CannotStart(
    'shopify.app.toml must say: name, handle, access_scopes.scopes, and a uri for each subscription.',
  )
}

const list = (value: Value): string[] => (Array.isArray(value) ? value : [])

const ENTRY = /^\s*([\w.-]+)\s*=\s*("(?:[^"\\]|\\.)*"|\[[^\]]*\])/gm

function tablesOf(toml: string): Table[] {
  const parts = withoutComments(toml).split(/^\s*\[{1,2}\s*([\w.-]+)\s*\]{1,2}\s*$/m)
  const names = ['', ...parts.filter((_, i) => i % 2 === 1)]
  return names.map((name, i) => {
    const entries = [...(parts[2 * i] ?? '').matchAll(ENTRY)]
    return { name, values: Object.fromEntries(entries.map(([, key, value]) => [key, parsed(value ?? '""')])) }
  })
}

// A # inside quotes is part of the string.
const withoutComments = (toml: string) => toml.replace(/("(?:[^"\\]|\\.)*")|#.*$/gm, (_, quoted) => quoted ?? '')

/** Strings and lists of strings are JSON, but for the comma TOML allows after the last one. */
function parsed(value: string): Value {
  return JSON.parse(value.replace(/,\s*\]$/, ']'))
}
