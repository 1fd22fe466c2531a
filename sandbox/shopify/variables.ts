import {
  coerceInputValue,
  GraphQLError,
  isInputType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql'

type Problem = { path: (string | number)[]; explanation: string }
type Values = Record<string, unknown>

/** The variables an operation gets, or Shopify's INVALID_VARIABLE errors (captured), one for each bad variable. */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: Values,
): Values | GraphQLError[] {
  const values: Values = {}
  const errors: GraphQLError[] = []
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value
    const type = typeFromAST(schema, definition.type as never)
    if (!isInputType(type)) continue
    if (!(name in given)) {
      if (definition.defaultValue) values[name] = valueFromAST(definition.defaultValue, type)
      else if (isNonNullType(type)) errors.push(invalid(definition, type, { value: null, problems: [MISSING] }))
      continue
    }
    const value = given[name]
    const problems: Problem[] = []
    const coerced = coerceInputValue(value, type, (path, _bad, error) => problems.push(problem([...path], error)))
    if (problems.length > 0) errors.push(invalid(definition, type, { value, problems }))
    else values[name] = coerced
  }
  return errors.length > 0 ? errors : values
}

const MISSING: Problem = { path: [], explanation: 'Expected value to not be null' }

function problem(path: Problem['path'], { message }: GraphQLError): Problem {
  const [, field, type] = /^Field "(\w+)" is not defined by type "(\w+)"/.exec(message) ?? []
  if (field) return { path: [...path, field], explanation: `Field is not defined on ${type}` }
  return { path, explanation: explain(message) }
}

// graphql-js words these for a developer who reads its source; Shopify's own words are what an app may match on.
function explain(message: string): string {
  if (/was not provided\.$|not to be null\.$/.test(message)) return 'Expected value to not be null'
  return message
}

type Bad = { value: unknown; problems: Problem[] }

function invalid(definition: VariableDefinitionNode, type: GraphQLInputType, { value, problems }: Bad): GraphQLError {
  const named = problems.filter(({ path }) => path.length > 0)
  const where =
    named.length > 0
      ? ` for ${named.map(({ path, explanation }) => `${path.join('.')} (${explanation})`).join(', ')}`
      : ''
  const message = `Variable $${definition.variable.name.value} of type ${type} was provided invalid value${where}`
  return new GraphQLError(message, { nodes: definition, extensions: { code: 'INVALID_VARIABLE', value, problems } })
}
