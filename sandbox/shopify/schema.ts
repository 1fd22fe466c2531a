import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { buildClientSchema, GraphQLScalarType, type GraphQLSchema, type IntrospectionQuery } from 'graphql'

/** Admin API version the sandbox speaks. */
export const API_VERSION = '2026-10'

/** Access a type or field asks for: any one of `scopes`, in Shopify's words in `sentence`. */
export type Required = { scopes: string[]; sentence: string }

export type AdminSchema = { schema: GraphQLSchema; required: ReadonlyMap<string, Required> }

type ScopeItem = { typeName: string; fieldName?: string; requiredAccess: string; offlineScopes: string[] }
type SchemaFile = { data: IntrospectionQuery; offline_scopes: { items: ScopeItem[] } }

let loaded: AdminSchema | undefined

/**
 * Shopify's real Admin schema with the access scopes it publishes, keyed `Type` or `Type.field`. Loading takes about
 * 0.2 s and is done once for the process.
 */
export function adminSchema(): AdminSchema {
  loaded ??= load()
  return loaded
}

function load(): AdminSchema {
  const file = new URL(`schema/admin_${API_VERSION}.json.gz`, import.meta.url)
  const { data, offline_scopes } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as SchemaFile
  const schema = buildClientSchema(data, { assumeValid: true })
  giveScalars(schema)
  const required = new Map<string, Required>()
  for (const { typeName, fieldName, requiredAccess, offlineScopes } of offline_scopes.items) {
    if (offlineScopes.length === 0) continue
    required.set(fieldName ? `${typeName}.${fieldName}` : typeName, { scopes: offlineScopes, sentence: requiredAccess })
  }
  return { schema, required }
}

// The rows hold times as milliseconds; Shopify answers in whole seconds, which is what a poller has to live with.
function giveScalars(schema: GraphQLSchema): void {
  const serialize = (name: string, how: (value: unknown) => unknown) => {
    const type = schema.getType(name)
    if (type instanceof GraphQLScalarType) type.serialize = how
  }
  serialize('DateTime', (value) => (typeof value === 'number' ? seconds(value) : value))
  serialize('UnsignedInt64', String)
  serialize('Money', String)
  serialize('Decimal', String)
}

/** A moment in ms as Shopify writes it: `2026-06-24T00:20:03Z`. */
export const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
