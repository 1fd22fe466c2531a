import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'

/**
 * What a query costs, as a real store counted it in mid-2026 (read off some sixty captured answers): an object 1, a
 * scalar nothing, a list once whatever its length, a connection 2 and its node `scale(n)` times, a mutation 10
 * including the objects directly in its payload, a count at the root 10.
 */
export type CostNode = {
  key: string
  own: number
  /** For a connection: how many rows are asked for, or the variable that says so. */
  size: { value: number } | { variable: string } | null
  /** Only counted on objects of this type. */
  on: string | null
  children: CostNode[]
}

const CONNECTION = 2
const MUTATION = 10
const COUNT = 10

/** 1 → 1, 10 → 4, 50 → 7, 100 → 9, 250 → 11: all seven sizes captured fit this curve. */
export const scale = (rows: number): number => (rows === 0 ? 0 : Math.max(1, Math.floor(2 * Math.log(rows))))

type Reading = { schema: GraphQLSchema; fragments: Map<string, FragmentDefinitionNode> }

/** Prepares the counting of one operation. */
export function costTree(reading: Reading, operation: OperationDefinitionNode): CostNode[] {
  const root = reading.schema.getRootType(operation.operation)
  if (!root) return []
  const nodes = read(reading, { type: root, selections: operation.selectionSet, on: null })
  if (operation.operation !== 'mutation') return nodes.map((n) => (n.key.endsWith('Count') ? { ...n, own: COUNT } : n))
  return nodes.map((node) => ({ ...node, own: MUTATION, children: node.children.map((child) => free(child)) }))
}

const free = (child: CostNode): CostNode => (child.size ? child : { ...child, own: 0 })

type Place = { type: GraphQLCompositeType; selections: SelectionSetNode; on: string | null }

function read(reading: Reading, { type, selections, on }: Place): CostNode[] {
  return selections.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) {
      const field = 'getFields' in type ? type.getFields()[selection.name.value] : undefined
      if (!field || !selection.selectionSet) return []
      const target = getNamedType(field.type)
      if (isLeafType(target) || !('name' in target) || !isComposite(target)) return []
      const key = selection.alias?.value ?? selection.name.value
      const isConnection = target.name.endsWith('Connection')
      const children = read(reading, { type: target, selections: selection.selectionSet, on: null })
      const size = isConnection ? sizeOf(selection.arguments ?? []) : null
      return [{ key, own: ownCost(target.name, isListType(getNullableType(field.type))), size, on, children }]
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : reading.fragments.get(selection.name.value)
    if (!fragment) return []
    const condition = fragment.typeCondition && reading.schema.getType(fragment.typeCondition.name.value)
    const narrowed = condition && isComposite(condition) ? condition : type
    const inside = isAbstractType(type) && isObjectType(narrowed) ? narrowed.name : on
    return read(reading, { type: narrowed, selections: fragment.selectionSet, on: inside })
  })
}

const isComposite = (type: unknown): type is GraphQLCompositeType => isObjectType(type) || isAbstractType(type)

// Parts of a connection and of an answer's frame count nothing themselves.
function ownCost(typeName: string, isList: boolean): number {
  if (typeName.endsWith('Connection')) return CONNECTION
  if (typeName === 'PageInfo' || typeName.endsWith('UserError') || typeName.endsWith('Edge')) return 0
  return isList && typeName === 'AccessScope' ? 0 : 1
}

type Argument = { name: { value: string }; value: ValueNode }

function sizeOf(args: readonly Argument[]): CostNode['size'] {
  const value = args.find(({ name }) => name.value === 'first' || name.value === 'last')?.value
  if (value?.kind === Kind.INT) return { value: Number(value.value) }
  if (value?.kind === Kind.VARIABLE) return { variable: value.name.value }
  return { value: 0 }
}

/** What is set aside before the query runs. */
export function requestedCost(nodes: CostNode[], variables: Readonly<Record<string, unknown>>): number {
  const cost = ({ own, size, children }: CostNode): number => {
    if (!size) return own + sum(children, cost)
    const rows = 'value' in size ? size.value : Number(variables[size.variable] ?? 0)
    return own + scale(rows) * sum(inConnection(children), cost)
  }
  return sum(nodes, cost)
}

// `nodes` and `edges { node }` are the same rows; each counts one and what is asked of it.
function inConnection(children: CostNode[]): CostNode[] {
  return children.flatMap((child) => (child.key === 'edges' ? child.children : [child]))
}

// Alternatives of an abstract type exclude one another: the dearest counts.
function sum(nodes: CostNode[], cost: (node: CostNode) => number): number {
  let common = 0
  const byType = new Map<string, number>()
  for (const node of nodes) {
    if (node.on) byType.set(node.on, (byType.get(node.on) ?? 0) + cost(node))
    else common += cost(node)
  }
  return common + Math.max(0, ...byType.values())
}

/** What the answer came to: what is null or was not returned costs nothing. */
export function actualCost(nodes: CostNode[], data: unknown): number {
  const within = (children: CostNode[], value: unknown): number =>
    sum(children, (child) => cost(child, at(value, child.key)))
  const cost = ({ own, size, children }: CostNode, value: unknown): number => {
    if (value === null || value === undefined) return own === MUTATION ? MUTATION : 0
    if (size) return own + connection(children, value)
    if (!Array.isArray(value)) return own + within(children, value)
    return value.length === 0 ? own : own + Math.max(...value.map((entry) => within(children, entry)))
  }
  const connection = (children: CostNode[], value: unknown): number => {
    const rows = at(value, 'nodes') ?? at(value, 'edges')
    if (!Array.isArray(rows)) return 0
    const list = at(value, 'nodes') ? children : inConnection(children)
    const each = rows.map((row) => sum(list, (child) => child.own + within(child.children, rowOf(row, child.key))))
    return each.length === 0 ? 0 : Math.floor((scale(each.length) / each.length) * each.reduce((a, b) => a + b, 0))
  }
  return Math.max(1, within(nodes, data))
}

const rowOf = (row: unknown, key: string): unknown => (key === 'node' ? at(row, 'node') : row)

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
