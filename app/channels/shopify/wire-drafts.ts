import { z } from 'zod'
import { operationsIn } from './operation.ts'

// A draft order has no idempotency key: it is looked for among the newest too, as Shopify's search lags by seconds.
const DOCUMENT = `#graphql
  query BeforeDraft($ids: [ID!]!, $levels: Int!) {
    currentAppInstallation { accessScopes { handle } }
    nodes(ids: $ids) {
      ... on InventoryItem {
        id
        variants(first: 1) { nodes { id } }
        inventoryLevels(first: $levels) { nodes { location { id } quantities(names: ["reserved"]) { quantity } } }
      }
    }
  }

  query FindDrafts($query: String!, $newest: Int!) {
    tagged: draftOrders(query: $query, first: 5) { nodes { ...Draft } }
    newest: draftOrders(sortKey: ID, reverse: true, first: $newest) { nodes { ...Draft } }
  }

  query DraftsById($ids: [ID!]!) {
    nodes(ids: $ids) { ... on DraftOrder { ...Draft } }
  }

  mutation CreateDraft($input: DraftOrderInput!) {
    draftOrderCreate(input: $input) { draftOrder { id } userErrors { message } }
  }

  mutation ExtendDraft($id: ID!, $input: DraftOrderInput!) {
    draftOrderUpdate(id: $id, input: $input) { draftOrder { id } userErrors { message } }
  }

  mutation DeleteDraft($input: DraftOrderDeleteInput!) {
    draftOrderDelete(input: $input) { deletedId userErrors { message } }
  }

  fragment Draft on DraftOrder { id status tags order { id } }
`

const draft = z.object({
  id: z.string(),
  status: z.enum(['OPEN', 'INVOICE_SENT', 'COMPLETED']),
  tags: z.array(z.string()),
  order: z.object({ id: z.string() }).nullable(),
})
export type WireDraft = z.infer<typeof draft>

const item = z.object({
  id: z.string(),
  variants: z.object({ nodes: z.array(z.object({ id: z.string() })) }),
  inventoryLevels: z.object({
    nodes: z.array(
      z.object({
        location: z.object({ id: z.string() }),
        quantities: z.array(z.object({ quantity: z.int() })),
      }),
    ),
  }),
})
export type WireReserved = z.infer<typeof item>

const list = z.object({ nodes: z.array(draft) })
const userErrors = z.array(z.object({ message: z.string() }))

const operation = operationsIn(DOCUMENT)

export const BEFORE_DRAFT = operation(
  'BeforeDraft',
  z
    .object({
      currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }),
      nodes: z.array(item.nullable()),
    })
    .transform(({ currentAppInstallation: { accessScopes }, nodes }) => ({
      scopes: accessScopes.map(({ handle }) => handle),
      items: nodes.flatMap((node) => (node ? [node] : [])),
    })),
)
export const FIND_DRAFTS = operation(
  'FindDrafts',
  z.object({ tagged: list, newest: list }).transform(({ tagged, newest }) => [...tagged.nodes, ...newest.nodes]),
)
export const DRAFTS_BY_ID = operation(
  'DraftsById',
  z.object({ nodes: z.array(draft.nullable()) }).transform(({ nodes }) => nodes),
)
export const CREATE_DRAFT = operation(
  'CreateDraft',
  z
    .object({ draftOrderCreate: z.object({ draftOrder: z.object({ id: z.string() }).nullable(), userErrors }) })
    .transform(({ draftOrderCreate: made }) => ({ id: made.draftOrder?.id ?? null, userErrors: made.userErrors })),
)
export const EXTEND_DRAFT = operation(
  'ExtendDraft',
  z.object({ draftOrderUpdate: z.object({ userErrors }) }).transform((data) => data.draftOrderUpdate.userErrors),
)
export const DELETE_DRAFT = operation(
  'DeleteDraft',
  z.object({ draftOrderDelete: z.object({ userErrors }) }).transform((data) => data.draftOrderDelete.userErrors),
)
