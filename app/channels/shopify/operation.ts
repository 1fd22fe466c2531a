import { parse, print, separateOperations } from 'graphql'
import { z } from 'zod'
import { present } from '../../kernel/assert.ts'
import { costOf, type Variables } from './cost.ts'

/** One thing to ask of the Admin API, what its answer must look like, and the points it will be asked for. */
export type Operation<T> = {
  name: string
  text: string
  answer: z.ZodType<T>
  cost: (variables: Variables) => number
}

/** Takes operations by name out of a document whose fragments they share. */
export function operationsIn(document: string): <T>(name: string, answer: z.ZodType<T>) => Operation<T> {
  const parts = separateOperations(parse(document))
  return (name, answer) => {
    const part = present(parts[name], `the operation ${name}`)
    return { name, text: print(part), answer, cost: costOf(part) }
  }
}

/** A page of a connection, read as `nodes { … } pageInfo { hasNextPage endCursor }`. */
export const pageOf = <T>(node: z.ZodType<T>) =>
  z.object({ nodes: z.array(node), pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }) })

export type WirePage<T> = { nodes: T[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }

/** Where the next page of a connection begins; null on its last. */
export const endOf = ({ pageInfo }: WirePage<unknown>): string | null =>
  pageInfo.hasNextPage ? pageInfo.endCursor : null

export const reference = z.object({ id: z.string() })
export const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
