import type { Api } from './world.ts'

/** Calls that the app's keys may make a day, over all sellers. `null` lifts a limit. */
export type Limits = Record<Exclude<Api, 'other'>, number | null> & {
  /** Not documented; null unless a test asks what would happen if there were one. */
  perSecond: number | null
}

/** https://developer.ebay.com/develop/get-started/api-call-limits, for an app before its growth check. */
export const DEFAULT_LIMITS: Limits = {
  inventory: 2_000_000,
  fulfillment: 100_000,
  trading: 5_000,
  notification: 10_000,
  perSecond: null,
}

/** Shares (0 to 1) of what goes wrong, drawn from the sandbox's `random`. */
export type Faults = {
  notifications: {
    /** Never sent, and never tried again. */
    drop: number
    /** Sent late, by up to `delayMs`. */
    delay: number
    delayMs: number
    /** Sent a second time, with the same id, up to `delayMs` later. */
    repeat: number
    /** The payment failed at first: a second notification of the same line, with another id. */
    twice: number
  }
  calls: {
    /** 500 before anything was done. */
    serverError: number
    /** A write is done, and its answer is a 500. */
    lostAnswer: number
  }
}

export const NO_FAULTS: Faults = {
  notifications: { drop: 0, delay: 0, delayMs: 60_000, repeat: 0, twice: 0 },
  calls: { serverError: 0, lostAnswer: 0 },
}

/** What nobody outside eBay knows for certain, or what has been seen both ways. */
export type Switches = {
  /** SKUs a bulkUpdatePriceQuantity takes: "up to 25 inventory items" says its schema, "only one SKU" its text. */
  skusPerUpdate: 25 | 1
  /** Does a sale lower the inventory item's own quantity as well as its offer's? */
  saleLowersItem: boolean
  /** Does a cancellation put the quantity back? Sellers are told to relist or restock by hand. */
  cancelRestocks: boolean
  /** In which order getOrders lists them: its documentation promises none. */
  orderSort: 'newest-first' | 'oldest-first'
  /** A ReviseInventoryStatus with one bad item: the others are done, or the call fails as a whole. */
  tradingPartial: boolean
  /** An access token that has ended is answered with 403 by the Inventory API (hendt/ebay-api issue 148), or with 401. */
  expiredToken: 403 | 401
  /** The real-time inventory check sends one SKU, as its sample has it, or a list, as its text has it. */
  inventoryCheck: 'single' | 'list'
  /** Where ORDER_CONFIRMATION has the order's id: beside the rest, or in an object. */
  orderPayload: 'flat' | 'nested'
  /** How long an acknowledged revision stays invisible to readers and buyers. */
  writeLagMs: number
}

export const DEFAULT_SWITCHES: Switches = {
  skusPerUpdate: 25,
  saleLowersItem: true,
  cancelRestocks: false,
  orderSort: 'newest-first',
  tradingPartial: true,
  expiredToken: 403,
  inventoryCheck: 'single',
  orderPayload: 'nested',
  writeLagMs: 0,
}

export type Settings = { limits: Limits; faults: Faults; switches: Switches }

/** A change of settings; what is left out stays. `limits: null` lifts all limits, `faults: null` ends all faults. */
export type SettingsChange = {
  limits?: Partial<Limits> | null
  faults?: { notifications?: Partial<Faults['notifications']>; calls?: Partial<Faults['calls']> } | null
  switches?: Partial<Switches>
}

export const DEFAULT_SETTINGS: Settings = { limits: DEFAULT_LIMITS, faults: NO_FAULTS, switches: DEFAULT_SWITCHES }

const UNLIMITED: Limits = { inventory: null, fulfillment: null, trading: null, notification: null, perSecond: null }

export function changed(settings: Settings, { limits = {}, faults = {}, switches = {} }: SettingsChange): Settings {
  const { notifications, calls } = settings.faults
  return {
    limits: limits ? { ...settings.limits, ...limits } : UNLIMITED,
    faults: faults
      ? { notifications: { ...notifications, ...faults.notifications }, calls: { ...calls, ...faults.calls } }
      : NO_FAULTS,
    switches: { ...settings.switches, ...switches },
  }
}
