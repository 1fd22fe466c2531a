import {
  getNamedType,
  getNullableType,
  isListType,
  Kind,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
} from 'graphql'
import { adminSchema } from './schema.ts'

// products → variants → inventoryLevels is a depth of two: the first list is at depth 0 (captured).
const MOST_CONNECTIONS = 5
const MOST_DEPTH = 2

type Seen = { name: string; depth: number; inList: boolean; byNodes: boolean; parentWithoutId: string | null }

/** The query of a bulk operation, or why Shopify does not run it, in its own words (captured). */
export function readBulkQuery(text: string): DocumentNode | string[] {
  const document = parsed(text)
  if (typeof document === 'string') return [`Invalid bulk query: ${document}`]
  const [operation] = document.definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.operation !== 'query') {
    return ['Invalid operation type. Only `query` operations are supported.']
  }
  const [invalid] = validate(adminSchema().schema, document)
  if (invalid) return [`Invalid bulk query: ${invalid.message}`]
  const problems = [...rootProblems(operation.selectionSet.selections), ...connectionProblems(connectionsIn(document))]
  return problems.length > 0 ? problems : document
}

function parsed(text: string): DocumentNode | string {
  try {
    return parse(text)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function rootProblems(roots: readonly { kind: string }[]): string[] {
  const fields = roots.filter((root): root is FieldNode => root.kind === Kind.FIELD)
  const byId = fields.find(({ name }) => name.value === 'node' || name.value === 'nodes')
  return byId ? [`Bulk queries cannot contain a top level \`${byId.name.value}\` field.`] : []
}

/** Every connection asked for, with what the rules look at. */
function connectionsIn(document: DocumentNode): Seen[] {
  const info = new TypeInfo(adminSchema().schema)
  const seen: Seen[] = []
  const open: { name: string; hasId: boolean }[] = []
  let lists = 0
  const visitor = visitWithTypeInfo(info, {
    Field: {
      enter(field) {
        const type = info.getType()
        if (!type) return
        const name = field.name.value
        if (isListType(getNullableType(type)) && name !== 'edges' && name !== 'nodes' && field.selectionSet) lists += 1
        if (!getNamedType(type).name.endsWith('Connection')) return
        const parent = open.at(-1)
        const parentWithoutId = parent && !parent.hasId ? parent.name : null
        seen.push({ name, depth: open.length, inList: lists > 0, byNodes: !!child(field, 'nodes'), parentWithoutId })
        open.push({ name, hasId: selectsId(field) })
      },
      leave(field) {
        const type = info.getType()
        if (!type) return
        const name = field.name.value
        if (isListType(getNullableType(type)) && name !== 'edges' && name !== 'nodes' && field.selectionSet) lists -= 1
        if (getNamedType(type).name.endsWith('Connection')) open.pop()
      },
    },
  })
  visit(document, visitor)
  return seen
}

const child = (field: FieldNode | undefined, name: string): FieldNode | undefined =>
  field?.selectionSet?.selections.find((s): s is FieldNode => s.kind === Kind.FIELD && s.name.value === name)

const selectsId = (connection: FieldNode): boolean => {
  const id = child(child(child(connection, 'edges'), 'node'), 'id')
  return id !== undefined && id.alias === undefined
}

// In the order in which Shopify names them, where a capture had two.
function connectionProblems(seen: Seen[]): string[] {
  const byNodes = seen.filter((one) => one.byNodes).map(({ name }) => name)
  const withoutId = [...new Set(seen.flatMap(({ parentWithoutId }) => parentWithoutId ?? []))]
  const problems: [boolean, string][] = [
    [seen.length === 0, 'Bulk queries must contain at least one connection.'],
    [byNodes.length > 0, nodesProblem(byNodes)],
    [seen.length > MOST_CONNECTIONS, `Bulk queries cannot contain more than ${MOST_CONNECTIONS} connections.`],
    [
      seen.some(({ depth }) => depth > MOST_DEPTH),
      `Bulk queries cannot contain connections with a nesting depth greater than ${MOST_DEPTH}.`,
    ],
    [
      seen.some(({ inList }) => inList),
      'Queries that contain a connection field within a list field are not currently supported.',
    ],
    [
      withoutId.length > 0 && byNodes.length === 0,
      "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' " +
        `return type. Connection fields without 'id': ${withoutId.join(', ')}.`,
    ],
  ]
  return problems.filter(([holds]) => holds).map(([, problem]) => problem)
}

const nodesProblem = (names: string[]): string =>
  "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: " +
  `'${names[0]} { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: '${names.join(', ')}'.`
