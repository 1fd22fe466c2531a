import {
  execute,
  getNamedType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ArgumentNode,
  type DocumentNode,
} from 'graphql'
import { assert } from '#app/kernel/assert.ts'
import { deniedIn, demandsOf, withReads } from './access.ts'
import { readBulkQuery } from './bulk-rules.ts'
import { EVERYTHING } from './connection.ts'
import type { Context } from './context.ts'
import { resolveField, resolveType } from './fields.ts'
import { acting } from './news.ts'
import { bulkPayload } from './payloads.ts'
import { adminSchema } from './schema.ts'
import { hex } from './settings.ts'
import { nowOf, type Store } from './store.ts'
import type { BulkOperation } from './rows.ts'

const FILES_KEPT_MS = 7 * 86_400_000

const TAKES_MS = 1_000

/** Starts what was asked for; each has its rows a second later. */
export function startBulk(store: Store): void {
  for (const operation of store.waitingBulk.splice(0)) store.env.clock.after(TAKES_MS, () => runBulk(store, operation))
}

/** Carries out a bulk operation: its rows as they are then, one JSON object a line. */
function runBulk(store: Store, operation: BulkOperation): void {
  const document = readBulkQuery(operation.query)
  assert(!Array.isArray(document), `${operation.id} was started with a query that cannot run`)
  const denied = deniedIn(demandsOf(document), withReads(store.installation.scopes))
  const lines = denied.size > 0 ? 'ACCESS_DENIED' : linesOf(store, document, operation.groupObjects)
  acting(store, (news) => {
    if (typeof lines === 'string') Object.assign(operation, { status: 'FAILED', errorCode: lines })
    else finish(store, operation, lines)
    operation.completedAt = nowOf(store)
    store.bulkOperations.touch(operation, nowOf(store))
    news.add('bulk_operations/finish', operation.id, () => bulkPayload(operation))
  })
}

function finish(store: Store, operation: BulkOperation, lines: Line[]): void {
  forgetOldFiles(store)
  const content = lines.map((line) => `${JSON.stringify(line.row)}\n`).join('')
  operation.status = 'COMPLETED'
  operation.objectCount = lines.length
  operation.rootObjectCount = lines.filter(({ depth }) => depth === 0).length
  operation.fileSize = Buffer.byteLength(content)
  // Nothing found, nothing to fetch: Shopify then gives no address.
  if (lines.length === 0) return
  operation.file = `${hex(store.env.random, 32)}.jsonl`
  store.files.set(operation.file, content)
}

function forgetOldFiles(store: Store): void {
  const since = nowOf(store) - FILES_KEPT_MS
  for (const operation of store.bulkOperations.values()) {
    if (operation.file && operation.createdAt < since) store.files.delete(operation.file)
  }
}

type Line = { row: Record<string, unknown>; depth: number }

function linesOf(store: Store, document: DocumentNode, grouped: boolean): Line[] | 'INTERNAL_SERVER_ERROR' {
  const { schema } = adminSchema()
  const contextValue: Context = { store, caller: null, denied: new Map() }
  const everything = withoutPages(document)
  const result = execute({
    schema,
    document: everything,
    contextValue,
    fieldResolver: resolveField,
    typeResolver: resolveType,
  })
  assert(!(result instanceof Promise), 'a field of the sandbox answered later')
  if (result.errors || !result.data) return 'INTERNAL_SERVER_ERROR'
  const lines: Line[] = []
  flatten(result.data, { lines, parentId: null, depth: 0 })
  // Without grouping only this much is promised: a row comes after its parent. Level by level is the plainest such order.
  return grouped ? lines : lines.sort((a, b) => a.depth - b.depth)
}

/** Asks for all rows of every connection, whatever page the query names. */
function withoutPages(document: DocumentNode): DocumentNode {
  const info = new TypeInfo(adminSchema().schema)
  const first: ArgumentNode = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: 'first' },
    value: { kind: Kind.INT, value: String(EVERYTHING) },
  }
  const visitor = visitWithTypeInfo(info, {
    Field(field) {
      const type = info.getType()
      if (!type || !getNamedType(type).name.endsWith('Connection')) return undefined
      const others = (field.arguments ?? []).filter(({ name }) => name.value !== 'first')
      return { ...field, arguments: [...others, first] }
    },
  })
  return visit<DocumentNode>(document, visitor)
}

type Place = { lines: Line[]; parentId: unknown; depth: number }

/** Takes the connections out of a value, and writes their rows as lines of their own. */
function flatten(value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return value.map((entry) => flatten(entry, place))
  if (typeof value !== 'object' || value === null) return value
  const kept: Record<string, unknown> = {}
  for (const [key, entry] of Object.entries(value)) {
    const edges = edgesOf(entry)
    if (edges) for (const { node } of edges) writeRow(node, place)
    else kept[key] = flatten(entry, place)
  }
  return kept
}

function writeRow(node: Record<string, unknown>, { lines, parentId, depth }: Place): void {
  const line: Line = { row: {}, depth }
  lines.push(line)
  const row = flatten(node, { lines, parentId: node.id, depth: depth + 1 }) as Record<string, unknown>
  line.row = parentId === null ? row : { ...row, __parentId: parentId }
}

function edgesOf(value: unknown): { node: Record<string, unknown> }[] | undefined {
  if (typeof value !== 'object' || value === null || !('edges' in value)) return undefined
  return Array.isArray(value.edges) ? (value.edges as { node: Record<string, unknown> }[]) : undefined
}
