import { readBulkQuery } from '../bulk-rules.ts'
import type { Context, Mutations } from '../context.ts'
import type { BulkOperation } from '../rows.ts'
import { newId, nowOf, type Store } from '../store.ts'

/** At once for one app on one shop, from 2026-01 on. */
const MOST_RUNNING = 5

type RunArguments = { query: string; groupObjects: boolean }

const refused = (messages: string[], code: string, field: string[] | null) => ({
  bulkOperation: null,
  userErrors: messages.map((message) => ({ field, message, code })),
})

/** `bulkOperationRunQuery`: answers at once, and has the rows a moment later. */
export const bulkMutations: Mutations = {
  bulkOperationRunQuery: ({ query, groupObjects }: RunArguments, { store }: Context) => {
    const document = readBulkQuery(query)
    if (Array.isArray(document)) return refused(document, 'INVALID', ['query'])
    const running = [...store.bulkOperations.values()].filter(({ status }) => status === 'CREATED').map(({ id }) => id)
    if (running.length >= MOST_RUNNING) {
      const message = `A bulk query operation for this app and shop is already in progress: ${running.join(', ')}.`
      return refused([message], 'OPERATION_IN_PROGRESS', null)
    }
    const operation = created(store, query, groupObjects)
    store.bulkOperations.add(operation)
    store.waitingBulk.push(operation)
    store.env.changed()
    // A copy: the answer shows it as it is now, not as it will be.
    return { bulkOperation: { ...operation }, userErrors: [] }
  },
}

function created(store: Store, query: string, groupObjects: boolean): BulkOperation {
  const now = nowOf(store)
  return {
    id: newId(store, 'BulkOperation'),
    status: 'CREATED',
    query,
    groupObjects,
    errorCode: null,
    objectCount: 0,
    rootObjectCount: 0,
    fileSize: null,
    file: null,
    completedAt: null,
    createdAt: now,
    updatedAt: now,
  }
}
