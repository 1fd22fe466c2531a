import type { Outcome } from '../idempotency.ts'

/** The payload of the three quantity mutations. */
export const payload = ({ group, issues }: Outcome) => ({ inventoryAdjustmentGroup: group, userErrors: issues })
