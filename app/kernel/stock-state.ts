/** The states a unit can be in at a location of ours. Every unit is in exactly one. */
export const STOCK_STATES = [
  'available',
  'reserved',
  'held',
  'in_work',
  'quality_check',
  'damaged',
  'safety_stock',
  'incoming',
] as const
export type StockState = (typeof STOCK_STATES)[number]

/** The outside ends of a movement: where units come from and go to beyond our locations. */
export const OUTSIDE_ENDS = ['opening', 'supplier', 'customer', 'lost', 'found', 'correction', 'converted'] as const
export type OutsideEnd = (typeof OUTSIDE_ENDS)[number]

/** Units of one item at one location, by state. Whole numbers, never below zero. */
export type Balance = Record<StockState, number>
