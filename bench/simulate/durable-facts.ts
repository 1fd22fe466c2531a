import type { Sql } from '#app/kernel/sql.ts'
import { type AnyOutbox, coalesce, type Fact, type Handlers, jobKey } from '#app/queue/fact.ts'
import type { Facts } from '#app/sync/facts.ts'

/**
 * The facts that would be rows: they outlive the process whose queue works on them. What it had not finished its
 * successor begins anew.
 */
export class DurableFacts {
  readonly #kept = new Map<string, Fact<Facts>>()
  readonly #recorded = new Map<Sql, Fact<Facts>[]>()
  #unkeyed = 0

  keeping(outbox: AnyOutbox): AnyOutbox {
    return {
      record: async (tx, facts) => {
        this.#recorded.set(tx, [...(this.#recorded.get(tx) ?? []), ...(facts as readonly Fact<Facts>[])])
        await outbox.record(tx, facts)
      },
    }
  }

  /** What was recorded in this transaction is so from now on. */
  committed(tx: Sql): void {
    for (const fact of coalesce(this.#recorded.get(tx) ?? []) as Fact<Facts>[]) {
      this.#kept.set(jobKey(fact) ?? ` ${(this.#unkeyed += 1)}`, fact)
    }
    this.#recorded.delete(tx)
  }

  around(handlers: Handlers<Facts>): Handlers<Facts> {
    const wrap = (name: keyof Facts & string) => async (payload: never, context: never) => {
      const found = [...this.#kept].find(([, fact]) => fact.name === name && same(fact.payload, payload))
      const handle = handlers[name] as (payload: never, context: never) => Promise<void>
      await handle(payload, context)
      // One that was recorded meanwhile is another, and stays.
      if (found && this.#kept.get(found[0]) === found[1]) this.#kept.delete(found[0])
    }
    const names = Object.keys(handlers) as (keyof Facts & string)[]
    return Object.fromEntries(names.map((name) => [name, wrap(name)])) as Handlers<Facts>
  }

  /** What is still to be done. */
  waiting(): Fact<Facts>[] {
    this.#recorded.clear()
    return [...this.#kept.values()]
  }
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
