import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { buildClientSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql'
import { z } from 'zod'

/** Shopify's Admin API as Shopify publishes it, with what its types do not carry. */
export type AdminSchema = {
  schema: GraphQLSchema
  /** Any one of the scopes opens a type (`Order`) or a field (`Mutation.orderCreate`). */
  scopes: Map<string, string[]>
  /** Mutations that refuse to act without `@idempotent`. */
  idempotent: Set<string>
}

const isIntrospection = (value: unknown): value is IntrospectionQuery =>
  typeof value === 'object' && value !== null && '__schema' in value

const Vendored = z.object({
  data: z.custom<IntrospectionQuery>(isIntrospection),
  offline_scopes: z.object({
    items: z.array(
      z.object({
        typeName: z.string(),
        fieldName: z.string().optional(),
        offlineScopes: z.array(z.string()).nullish(),
      }),
    ),
  }),
})

/** Reads the schema vendored with the sandbox. */
export function readAdminSchema(path: URL): AdminSchema {
  const { data, offline_scopes } = Vendored.parse(JSON.parse(gunzipSync(readFileSync(path)).toString()))
  const schema = buildClientSchema(data)
  const scopes = new Map<string, string[]>()
  for (const { typeName, fieldName, offlineScopes } of offline_scopes.items) {
    if (offlineScopes?.length) scopes.set(fieldName ? `${typeName}.${fieldName}` : typeName, offlineScopes)
  }
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {})
  // Said nowhere but in the description, since 2026-04.
  const keyed = mutations.filter(({ description }) => /idempotency key is required/i.test(description ?? ''))
  return { schema, scopes, idempotent: new Set(keyed.map(({ name }) => name)) }
}
