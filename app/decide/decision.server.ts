import type { z } from 'zod'
import type { JsonValue } from '../queue/fact.ts'
import type { Refusal } from '../kernel/refusal.ts'
import type { Deed } from '../merchant/role.ts'
import type { Role } from '../merchant/role.ts'
import type { Sync } from '../sync/facts.ts'

/** Who decides, as "person/7", and with what. */
export type Deciding = { sync: Sync; merchantId: number; actor: string; role: Role }

/** What a person is answered when it was done: nothing, or something to look at (what would change, for one). */
export type Answer = { said: JsonValue } | undefined

/** Something that a person can decide in the app: who may, what must be told, and what follows. */
export type Decision<Shape extends z.ZodRawShape = z.ZodRawShape> = {
  needs: Deed
  /** it only shows what would be done */
  looks?: true
  /** the fields of its form, beside `decision`, its name */
  shape: Shape
  carryOut(given: z.infer<z.ZodObject<Shape>>, who: Deciding): Promise<Refusal | Answer>
}

/** Any decision: what its fields are is settled by its own shape. */
export type AnyDecision = {
  needs: Deed
  looks?: true
  shape: z.ZodRawShape
  carryOut(given: never, who: Deciding): Promise<Refusal | Answer>
}

/** Says that what is handed over is a decision, and lets its fields be inferred. */
export const decision = <Shape extends z.ZodRawShape>(of: Decision<Shape>): Decision<Shape> => of
