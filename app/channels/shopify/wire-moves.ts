import { z } from 'zod'
import { operationsIn } from './operation.ts'

// Without a key both refuse to act (2026-04 on), and each change must say `changeFromQuantity`, be it null.
const DOCUMENT = `#graphql
  mutation MoveQuantities($input: InventoryMoveQuantitiesInput!, $key: String!) {
    inventoryMoveQuantities(input: $input) @idempotent(key: $key) { userErrors { code message } }
  }

  mutation AdjustQuantities($input: InventoryAdjustQuantitiesInput!, $key: String!) {
    inventoryAdjustQuantities(input: $input) @idempotent(key: $key) { userErrors { code message } }
  }
`

const told = z.object({ userErrors: z.array(z.object({ code: z.string().nullable(), message: z.string() })) })

/** What Shopify had against a write; empty when it did it. */
export type UserErrors = z.infer<typeof told>['userErrors']

const operation = operationsIn(DOCUMENT)

export const MOVE_QUANTITIES = operation(
  'MoveQuantities',
  z.object({ inventoryMoveQuantities: told }).transform((data) => data.inventoryMoveQuantities.userErrors),
)
export const ADJUST_QUANTITIES = operation(
  'AdjustQuantities',
  z.object({ inventoryAdjustQuantities: told }).transform((data) => data.inventoryAdjustQuantities.userErrors),
)

type End = { locationId: string; name: string; changeFromQuantity: null; ledgerDocumentUri?: string }

export type MoveInput = {
  reason: string
  referenceDocumentUri: string
  changes: { inventoryItemId: string; quantity: number; from: End; to: End }[]
}

export type AdjustInput = {
  name: string
  reason: string
  referenceDocumentUri: string
  changes: {
    inventoryItemId: string
    locationId: string
    delta: number
    changeFromQuantity: null
    ledgerDocumentUri?: string
  }[]
}
