import {
  getNamedType,
  isInputObjectType,
  NoDeprecatedCustomRule,
  parse,
  specifiedRules,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type ObjectValueNode,
} from 'graphql'
import type { AdminSchema } from './admin-schema.ts'

/** Operations as they stand in a file. */
export type Operations = { at: string; text: string }

export type Verdict = { errors: string[]; warnings: string[] }

/**
 * Judges operations by the schema, by the two rules its types do not carry (`@idempotent`, an explicit
 * `changeFromQuantity`; https://shopify.dev/changelog, 2026-04) and by the access scopes the app asks for.
 */
export function judgeOperations(admin: AdminSchema, { at, text }: Operations, granted?: Set<string>): Verdict {
  const document = parsed(text)
  if (typeof document === 'string') return { errors: [`${at}: ${document}`], warnings: [] }
  const errors = [
    ...validate(admin.schema, document, specifiedRules).map(({ message }) => message),
    ...unwrittenRules(admin, document),
    ...(granted ? missingScopes(admin, document, granted) : []),
  ]
  const warnings = validate(admin.schema, document, [NoDeprecatedCustomRule]).map(({ message }) => message)
  return { errors: errors.map((error) => `${at}: ${error}`), warnings: warnings.map((warning) => `${at}: ${warning}`) }
}

function parsed(text: string): DocumentNode | string {
  try {
    return parse(text)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function unwrittenRules({ schema, idempotent }: AdminSchema, document: DocumentNode): string[] {
  const errors: string[] = []
  const types = new TypeInfo(schema)
  const field = (node: FieldNode) => {
    const keyed = node.directives?.some(({ name }) => name.value === 'idempotent')
    if (types.getParentType() !== schema.getMutationType() || !idempotent.has(node.name.value) || keyed) return
    errors.push(`${node.name.value} needs @idempotent(key: …): Shopify refuses it without.`)
  }
  const object = (node: ObjectValueNode) => {
    const type = getNamedType(types.getInputType())
    if (!isInputObjectType(type) || node.fields.some(({ name }) => name.value === 'changeFromQuantity')) return
    if (!/mandatory/.test(type.getFields()['changeFromQuantity']?.description ?? '')) return
    errors.push(`${type.name} must say changeFromQuantity (null: whatever it was).`)
  }
  visit(document, visitWithTypeInfo(types, { Field: field, ObjectValue: object }))
  return errors
}

function missingScopes({ schema, scopes }: AdminSchema, document: DocumentNode, granted: Set<string>): string[] {
  const errors = new Set<string>()
  const types = new TypeInfo(schema)
  const field = () => {
    const parent = types.getParentType()
    const of = types.getFieldDef()
    if (!parent || !of) return
    // Behind `node` a type is known only inside its fragment; a connection is as closed as what it lists.
    const listed = getNamedType(of.type).name.replace(/Connection$/, '')
    for (const name of [`${parent.name}.${of.name}`, parent.name, listed]) {
      const opening = scopes.get(name)
      if (!opening || opening.some((scope) => opens(granted, scope))) continue
      errors.add(`${name} needs the scope ${opening.join(' or ')}, which shopify.app.toml does not ask for.`)
    }
  }
  visit(document, visitWithTypeInfo(types, { Field: field }))
  return [...errors]
}

// To write includes to read: https://shopify.dev/docs/api/usage/access-scopes
const opens = (granted: Set<string>, scope: string) =>
  granted.has(scope) || (scope.startsWith('read_') && granted.has(scope.replace(/^read_/, 'write_')))
