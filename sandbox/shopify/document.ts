import {
  getOperationAST,
  GraphQLError,
  Kind,
  parse,
  validate,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql'
import { deniedIn, demandsOf, withReads, type Demand } from './access.ts'
import { costTree, type CostNode } from './cost.ts'
import { adminSchema } from './schema.ts'

/** A document read, validated and weighed once; the same text again costs nothing. */
export type Prepared = {
  document: DocumentNode
  operation: OperationDefinitionNode
  cost: CostNode[]
  denied(scopes: string[]): Map<FieldNode, Demand>
}

type Read = Prepared | GraphQLError[]

const MOST_KEPT = 500
const kept = new Map<string, Read>()

/** The document, or what is wrong with it. `operationName` chooses where the text has several operations. */
export function prepare(text: string, operationName?: string | null): Read {
  const key = `${operationName ?? ''}\n${text}`
  const known = kept.get(key)
  if (known) return known
  const read = readDocument(text, operationName)
  // A caller that writes values into its text would fill the memory: the oldest is dropped.
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? '')
  kept.set(key, read)
  return read
}

function readDocument(text: string, operationName?: string | null): Read {
  const { schema } = adminSchema()
  const document = parsed(text)
  if (document instanceof GraphQLError) return [document]
  const errors = validate(schema, document)
  if (errors.length > 0) return errors.map(inShopifysWords)
  const operation = getOperationAST(document, operationName)
  if (!operation) return [new GraphQLError('An operation name is required')]
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node)
  const demands = demandsOf(document)
  const byScopes = new Map<string, Map<FieldNode, Demand>>()
  return {
    document,
    operation,
    cost: costTree({ schema, fragments }, operation),
    denied(scopes) {
      const key = scopes.join()
      const known = byScopes.get(key) ?? deniedIn(demands, withReads(scopes))
      byScopes.set(key, known)
      return known
    },
  }
}

function parsed(text: string): DocumentNode | GraphQLError {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}

// The one mistake whose wording an app may match on (captured); the others keep graphql-js's.
function inShopifysWords(error: GraphQLError): GraphQLError {
  const [, fieldName, typeName] = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(error.message) ?? []
  if (!fieldName) return error
  const message = `Field '${fieldName}' doesn't exist on type '${typeName}'`
  return new GraphQLError(message, { nodes: error.nodes, extensions: { code: 'undefinedField', typeName, fieldName } })
}
