import { Kind, type DocumentNode, type FieldNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql'

export type Variables = Record<string, unknown>

/**
 * Points that `rows` rows of a connection count as times one row: 1 → 1, 10 → 4, 50 → 7, 100 → 9, 250 → 11. Shopify
 * publishes no formula; this curve fits answers captured from a real store in 2026.
 */
const scale = (rows: number): number => (rows === 0 ? 0 : Math.max(1, Math.floor(2 * Math.log(rows))))

const MUTATION = 10
const COUNT = 10
const CONNECTION = 2

/**
 * The points a document with one operation will be asked for, before it is sent: an object 1, a list 1 whatever its
 * length, a connection 2 and its scaled rows, a mutation 10 (docs: "GraphQL Admin API rate limits"). An estimate for
 * pacing: what a call really cost is in its answer.
 */
export function costOf(document: DocumentNode): (variables: Variables) => number {
  const fragments = new Map<string, FragmentDefinitionNode>()
  let root: SelectionSetNode | undefined
  let mutation = false
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    root = definition.selectionSet
    mutation = definition.operation === 'mutation'
  }
  return (variables) => {
    const fields = fieldsOf(root, fragments)
    if (mutation) return fields.length * MUTATION
    return fields.reduce((sum, field) => {
      return sum + (field.name.value.endsWith('Count') ? COUNT : costOfField(field, { fragments, variables }))
    }, 0)
  }
}

type Reading = { fragments: Map<string, FragmentDefinitionNode>; variables: Variables }

function costOfField(field: FieldNode, reading: Reading): number {
  const name = field.name.value
  if (!field.selectionSet || name === 'pageInfo') return 0
  const children = fieldsOf(field.selectionSet, reading.fragments)
  const inside = children.reduce((sum, child) => sum + costOfField(child, reading), 0)
  const isConnection = children.some((child) => child.name.value === 'nodes')
  return isConnection ? CONNECTION + scale(rowsOf(field, reading.variables)) * inside : 1 + inside
}

function fieldsOf(set: SelectionSetNode | undefined, fragments: Reading['fragments']): FieldNode[] {
  return (set?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection]
    const isSpread = selection.kind === Kind.FRAGMENT_SPREAD
    return fieldsOf(isSpread ? fragments.get(selection.name.value)?.selectionSet : selection.selectionSet, fragments)
  })
}

function rowsOf(field: FieldNode, variables: Variables): number {
  const value = field.arguments?.find(({ name }) => name.value === 'first')?.value
  if (value?.kind === Kind.INT) return Number(value.value)
  return value?.kind === Kind.VARIABLE ? Number(variables[value.name.value]) : 0
}
