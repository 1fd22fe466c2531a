import { getNamedType, isLeafType, isObjectType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { readAdminSchema } from '../../.ci/admin-schema.ts'
import { findOperations } from '../../.ci/find-operations.ts'
import { judgeOperations } from '../../.ci/operation-rules.ts'

const admin = readAdminSchema(new URL('../../sandbox/shopify/schema/admin_2026-10.json.gz', import.meta.url))

const errors = (text: string, scopes?: string[]) =>
  judgeOperations(admin, { at: 'here', text }, scopes && new Set(scopes)).errors

const ADJUST = (change: string, directive = '@idempotent(key: "k")') => `mutation {
  inventoryAdjustQuantities(input: { reason: "correction", name: "available", changes: [{
    delta: 1, inventoryItemId: "i", locationId: "l" ${change}
  }] }) ${directive} { userErrors { message } }
}`

describe('an operation', () => {
  test('that the schema knows is right', () => {
    expect(errors('query Shop { shop { name } }')).toEqual([])
  })

  test('for a field that is not there is wrong', () => {
    expect(errors('{ shop { nam } }')).toEqual(['here: Cannot query field "nam" on type "Shop". Did you mean "name"?'])
  })

  test('with an argument of the wrong type is wrong', () => {
    expect(errors('query Q($id: String!) { order(id: $id) { id } }')).toEqual([
      'here: Variable "$id" of type "String!" used in position expecting type "ID!".',
    ])
  })

  test('that does not parse is wrong', () => {
    expect(errors('query {')).toEqual(['here: Syntax Error: Expected Name, found <EOF>.'])
  })

  test('that uses what Shopify is about to remove is warned of', () => {
    expect(judgeOperations(admin, { at: 'here', text: `{ shop { ${deprecatedOfShop()} } }` }).warnings).toEqual([
      expect.stringMatching(/^here: The field Shop\.\w+ is deprecated/),
    ])
  })
})

/** Some plain field of `Shop` that is deprecated: which one changes with the version. */
function deprecatedOfShop(): string | undefined {
  const shop = admin.schema.getType('Shop')
  const fields = isObjectType(shop) ? Object.values(shop.getFields()) : []
  return fields.find(({ deprecationReason, type }) => deprecationReason && isLeafType(getNamedType(type)))?.name
}

describe('what the types do not say', () => {
  test('a change with its key and its expectation is right, even if the expectation is none', () => {
    expect(errors(ADJUST('changeFromQuantity: null'))).toEqual([])
    expect(errors(ADJUST('changeFromQuantity: 3'))).toEqual([])
  })

  test('without a key Shopify refuses it', () => {
    expect(errors(ADJUST('changeFromQuantity: null', ''))).toEqual([
      'here: inventoryAdjustQuantities needs @idempotent(key: …): Shopify refuses it without.',
    ])
  })

  test('without an expectation Shopify refuses it', () => {
    expect(errors(ADJUST(''))).toEqual([
      'here: InventoryChangeInput must say changeFromQuantity (null: whatever it was).',
    ])
  })
})

describe('the scopes that the app asks for', () => {
  test.each<[string, string, string[], string[]]>([
    ['are enough', '{ order(id: "o") { id } }', ['read_orders'], []],
    ['are enough if one writes', '{ order(id: "o") { id } }', ['write_orders'], []],
    ['are not asked of what is open', '{ shop { name } }', [], []],
    ['are missing for a type', '{ inventoryItem(id: "i") { id } }', ['read_orders'], ['InventoryItem']],
    ['are missing for a list', '{ orders(first: 1) { pageInfo { hasNextPage } } }', [], ['Order']],
    ['are missing behind a node', '{ node(id: "o") { ... on Order { name } } }', ['read_products'], ['Order']],
    [
      'are missing for a deed',
      'mutation { orderCancel(orderId: "o", reason: OTHER, restock: true) { job { id } } }',
      ['read_orders'],
      ['Mutation.orderCancel'],
    ],
  ])('%s', (_, text, scopes, missing) => {
    expect(errors(text, scopes)).toEqual(
      missing.map((name) => expect.stringMatching(`^here: ${name} needs the scope `)),
    )
  })
})

describe('operations are found', () => {
  const found = (text: string, path = 'app/a.tsx') => findOperations(path, text)

  test('in a text that is marked, with its line', () => {
    expect(found('\nconst A = `#graphql\n{ shop { id } }`').operations).toEqual([
      { at: 'app/a.tsx:2', text: '#graphql\n{ shop { id } }' },
    ])
  })

  test('in a file of their own', () => {
    expect(found('{ shop { id } }', 'app/shop.graphql').operations).toEqual([
      { at: 'app/shop.graphql', text: '{ shop { id } }' },
    ])
  })

  test.each<[string, string]>([
    ['without the mark', 'const A = `query Shop { shop { id } }`'],
    ['without the mark, with variables', "const A = 'mutation Set($a: Int!, $b: [ID!]) { set(a: $a) { id } }'"],
  ])('to be missed %s, which is an error', (_, text) => {
    expect(found(text)).toEqual({
      operations: [],
      errors: ['app/a.tsx:1: begin it with #graphql, or nobody checks it.'],
    })
  })

  test('to be unreadable if put together, which is an error', () => {
    expect(found('const A = `#graphql\n{ shop { ${fields} } }`').errors).toEqual([
      'app/a.tsx:1: a text put together cannot be checked: use variables, and fragments in one document.',
    ])
  })

  test('and ordinary words are left alone', () => {
    expect(found("const A = 'query the shop'; const b = `mutation of ${a}`")).toEqual({ operations: [], errors: [] })
  })
})
