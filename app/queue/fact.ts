import { assert } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'

export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue }
/** An object, never a list: graphile-worker joins the lists of two jobs that share a key. */
export type JsonObject = { [name: string]: JsonValue }

/** The names of the facts and what each carries; the caller's own type. */
export type FactMap = { [name: string]: JsonObject }

/** Something that has happened and that somebody must act on. */
export type Fact<Facts extends FactMap = FactMap> = {
  [Name in keyof Facts & string]: {
    name: Name
    payload: Facts[Name]
    /**
     * Facts of one name and key wait as one: the newest payload, the earliest time asked for. One that is recorded
     * while the work runs makes it run again afterwards, and then nothing else does.
     */
    key?: string
    /** Not before this moment; at once when left out. */
    runAt?: Date
    /** Facts that are not patient are worked on first. */
    patient?: boolean
    /** How many mistakes the work may make before it ends (25 when left out). Outages do not count. */
    maxAttempts?: number
  }
}[keyof Facts & string]

/** Where facts are kept: in the caller's own transaction, so that what happened and what follows stand or fall as one. */
export interface Outbox<Facts extends FactMap = FactMap> {
  record(tx: Sql, facts: readonly Fact<Facts>[]): Promise<void>
}

/** An outbox for facts of any map: what the drivers are. It fits wherever an `Outbox` of certain facts is asked for. */
export type AnyOutbox = { record(tx: Sql, facts: readonly Fact[]): Promise<void> }

/** `attempt` counts from 1; `signal` says that the process is stopping and the work should end soon. */
export type FactContext = { attempt: number; signal: AbortSignal }

/**
 * What is done about each fact. A handler may run again for the same fact (a process died, a commit was lost), so it
 * must come out the same the second time.
 */
export type Handlers<Facts extends FactMap = FactMap> = {
  [Name in keyof Facts & string]: (payload: Facts[Name], context: FactContext) => Promise<void>
}

/** A fact whose work failed: told to a person when it ends, to the log when it goes on. */
export type Failure = { name: string; payload: JsonObject; attempt: number; error: Error }

/** Told at least once of each fact whose work has ended without success; if it throws, the work runs once more. */
export type OnGiveUp = (failure: Failure) => void | Promise<void>

export const DEFAULT_MAX_ATTEMPTS = 25

type AnyHandler = (payload: JsonObject, context: FactContext) => Promise<void>

/** The handler of the facts of this name. What a name carries was settled by type when the fact was recorded. */
export function handlerOf<Facts extends FactMap>(handlers: Handlers<Facts>, name: string): AnyHandler {
  const handler: unknown = Object.hasOwn(handlers, name) ? handlers[name] : undefined
  assert(typeof handler === 'function', `Nothing handles the fact ${name}`)
  return handler as AnyHandler
}

/** The facts with those of one name and key made one: the newest payload and the earliest time. */
export function coalesce(facts: readonly Fact[]): Fact[] {
  const kept = new Map<string, Fact>()
  for (const [i, fact] of facts.entries()) {
    const key = jobKey(fact)
    const first = key === undefined ? undefined : kept.get(key)
    // An unkeyed fact gets a place of its own; a space cannot be mistaken for a name and a key.
    kept.set(key ?? ` ${i}`, first ? { ...fact, runAt: earlier(first.runAt, fact.runAt) } : fact)
  }
  return [...kept.values()]
}

/** The earlier of two moments, where none means at once. */
export const earlier = (a: Date | undefined, b: Date | undefined): Date | undefined =>
  a && b ? (a < b ? a : b) : undefined

/** A fact's key among all facts: the keys of a name are its own. */
export function jobKey({ name, key }: { name: string; key?: string }): string | undefined {
  assert(key !== '', `The fact ${name} has an empty key`)
  return key === undefined ? undefined : `${name}:${key}`
}
