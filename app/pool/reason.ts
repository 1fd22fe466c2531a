/**
 * Why stock moved, in the trade's words. The ledger holds these and nothing else: it is sealed, and what a person wrote
 * must be erasable (pool/remark.server.ts).
 */
export type Reason =
  | 'opening'
  | 'sold'
  | 'cancelled'
  | 'shipped'
  | 'came back'
  | 'found for an order that was short'
  | 'changed there'
  | 'gone, a person says'
  | 'moved'
  | 'passed on to the better claim'
  | 'put aside to be looked at'
  | 'looked at, in order'
  | 'looked at, damaged'
  | 'given in exchange'
  | 'given in replacement'
  | 'counted'
