/** `null` lifts it. Square does not publish its limits: throttling was seen from 6 to 10 calls a second on (forum 7842). */
export type Limits = { perSecond: number | null }

/** Shares (0 to 1) of what goes wrong, drawn from the sandbox's `random`. */
export type Faults = {
  notifications: {
    /** Never sent, and never tried again. */
    drop: number
    /** Sent late, by up to `delayMs`. */
    delay: number
    delayMs: number
    /** Sent a second time, with the same event id, up to `delayMs` later. */
    repeat: number
  }
  calls: {
    /** 500 before anything was done. */
    serverError: number
    /** A write is done, and its answer is a 500. */
    lostAnswer: number
  }
}

export const NO_FAULTS: Faults = {
  notifications: { drop: 0, delay: 0, delayMs: 60_000, repeat: 0 },
  calls: { serverError: 0, lostAnswer: 0 },
}

/** What nobody outside Square knows for certain, or what has been seen both ways. */
export type Switches = {
  /** Square's clock less the machine's. */
  clockSkewMs: number
  /** Does a return move the `updated_at` of the order that was sold? It is an order of its own. */
  returnTouchesSource: boolean
  /** Do pieces of a paid order that is still to be fulfilled stand as RESERVED_FOR_SALE, or are they simply gone? */
  openOrdersReserve: boolean
  /** Does cancelling a paid order put its pieces back in stock? */
  cancelRestocks: boolean
  /** Does a refused batch say which of its changes is at fault? */
  namesBadChange: boolean
  /** The `created_at` of a sale made without network: when it was rung up, or when Square heard of it. */
  offlineCreatedAt: 'sale' | 'upload'
  /** Does a lock on the catalog keep writes of stock out as well (forum 13516)? */
  lockHitsInventory: boolean
  /** For how long a repeated idempotency key is a repeat. */
  idempotencyLastsMs: number
  /** Seconds a 429 tells us to wait; null: it does not say. */
  retryAfterSeconds: number | null
}

export const DEFAULT_SWITCHES: Switches = {
  clockSkewMs: 0,
  returnTouchesSource: false,
  openOrdersReserve: false,
  cancelRestocks: true,
  namesBadChange: true,
  offlineCreatedAt: 'upload',
  lockHitsInventory: true,
  idempotencyLastsMs: 86_400_000,
  retryAfterSeconds: null,
}

export type Settings = { limits: Limits; faults: Faults; switches: Switches }

/** A change of settings; what is left out stays. `limits: null` lifts the limit, `faults: null` ends all faults. */
export type SettingsChange = {
  limits?: Partial<Limits> | null
  faults?: { notifications?: Partial<Faults['notifications']>; calls?: Partial<Faults['calls']> } | null
  switches?: Partial<Switches>
}

export const DEFAULT_SETTINGS: Settings = { limits: { perSecond: 10 }, faults: NO_FAULTS, switches: DEFAULT_SWITCHES }

export function changed(settings: Settings, { limits = {}, faults = {}, switches = {} }: SettingsChange): Settings {
  const { notifications, calls } = settings.faults
  return {
    limits: limits ? { ...settings.limits, ...limits } : { perSecond: null },
    faults: faults
      ? { notifications: { ...notifications, ...faults.notifications }, calls: { ...calls, ...faults.calls } }
      : NO_FAULTS,
    switches: { ...settings.switches, ...switches },
  }
}
