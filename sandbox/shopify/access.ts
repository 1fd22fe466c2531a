import {
  GraphQLError,
  isAbstractType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  getNamedType,
  type DocumentNode,
  type FieldNode,
} from 'graphql'
import { adminSchema, type Required } from './schema.ts'

/** What one field of a document asks for. */
export type Demand = { node: FieldNode; name: string; required: Required }

/** Access scopes a document needs, field by field, by the map Shopify publishes with its schema. */
export function demandsOf(document: DocumentNode): Demand[] {
  const { schema, required } = adminSchema()
  const info = new TypeInfo(schema)
  const demands: Demand[] = []
  const narrowed: boolean[] = []
  const ask = (node: FieldNode, key: string) => {
    const asked = required.get(key)
    if (asked) demands.push({ node, name: node.name.value, required: asked })
  }
  const fragment = {
    enter: () => void narrowed.push(true),
    leave: () => void narrowed.pop(),
  }
  const visitor = visitWithTypeInfo(info, {
    InlineFragment: fragment,
    FragmentDefinition: fragment,
    Field(node) {
      const parent = info.getParentType()
      const type = getNamedType(info.getType() ?? undefined)
      if (!parent || !type) return
      ask(node, `${parent.name}.${node.name.value}`)
      ask(node, type.name.replace(/Connection$/, ''))
      // Behind `node` and `nodes` the type is known only inside the fragment.
      if (narrowed.length > 0 && !isAbstractType(parent)) ask(node, parent.name)
    },
  })
  visit(document, visitor)
  return demands
}

/** The scopes granted, each write scope with its read scope. */
export function withReads(scopes: string[]): Set<string> {
  return new Set(
    scopes.flatMap((scope) => (scope.startsWith('write_') ? [scope, scope.replace('write_', 'read_')] : [scope])),
  )
}

/** Fields of the document this grant does not reach, with what they would need. */
export function deniedIn(demands: Demand[], granted: Set<string>): Map<FieldNode, Demand> {
  const denied = new Map<FieldNode, Demand>()
  for (const demand of demands) {
    if (!demand.required.scopes.some((scope) => granted.has(scope))) denied.set(demand.node, demand)
  }
  return denied
}

/** Shopify's own words for a field out of reach. */
export function accessDenied({ name, required }: Pick<Demand, 'name' | 'required'>): GraphQLError {
  const { sentence } = required
  const documentation = 'https://shopify.dev/api/usage/access-scopes'
  const extensions = { code: 'ACCESS_DENIED', documentation, requiredAccess: sentence }
  return new GraphQLError(`Access denied for ${name} field. Required access: ${sentence}`, { extensions })
}
