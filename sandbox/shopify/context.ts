import { GraphQLError, type FieldNode, type GraphQLResolveInfo } from 'graphql'
import type { Demand } from './access.ts'
import type { AccessToken } from './rows.ts'
import type { Store } from './store.ts'

/** Who asks, of which shop. A bulk operation asks on behalf of the app, with no token. */
export type Context = {
  store: Store
  caller: AccessToken | null
  /** Fields the grant does not reach. */
  denied: Map<FieldNode, Demand>
}

/** Answers one field. `source` and `args` are what the schema says of the field's type and arguments. */
export type Field = (source: never, args: never, context: Context) => unknown
export type Fields = Record<string, Field>

/** Carries out a mutation and answers with its payload. `info` has its directives. */
export type Mutation = (args: never, context: Context, info: GraphQLResolveInfo) => unknown
export type Mutations = Record<string, Mutation>

/** What the real Shopify has and this sandbox does not: said aloud, never answered with a silent null. */
export const notInSandbox = (what: string): GraphQLError =>
  new GraphQLError(`The sandbox does not have ${what}.`, { extensions: { code: 'NOT_IN_SANDBOX' } })

export const badRequest = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })
