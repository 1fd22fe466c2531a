/** How often the app's key may call. `null` lifts a limit. */
export type Limits = { perSecond: number | null; perDay: number | null }

/** Etsy's default for a new app (docs "Rate Limits"; facts of the field: one count per app key, whoever's token it is). */
export const DEFAULT_LIMITS: Limits = { perSecond: 10, perDay: 10_000 }

/** Shares (0 to 1) of what goes wrong, drawn from the sandbox's `random`. */
export type Faults = {
  notifications: {
    /** Never sent, and never tried again. */
    drop: number
    /** Sent late, by up to `delayMs`. */
    delay: number
    delayMs: number
    /** Sent a second time, with the same webhook id, up to `delayMs` later. */
    repeat: number
    /** Held back until the next one has overtaken it. */
    reorder: number
  }
  calls: {
    /** 500 before anything was done. */
    serverError: number
    /** A write is done, and its answer is a 500. */
    lostAnswer: number
    /** 409 to a write, which the documentation allows and does not explain. */
    conflict: number
  }
}

export const NO_FAULTS: Faults = {
  notifications: { drop: 0, delay: 0, delayMs: 60_000, repeat: 0, reorder: 0 },
  calls: { serverError: 0, lostAnswer: 0, conflict: 0 },
}

/** What nobody outside Etsy knows for certain, or what has been seen both ways. */
export type Switches = {
  /**
   * Does a cancellation put Etsy's own quantity back? Default no: sellers are told to renew or restock by hand after
   * cancelling. A payment that fails before the order is paid releases its stock either way.
   */
  cancelRestocks: boolean
  /** `v1,<base64>` as Standard Webhooks says, or the bare base64 that developers report (open-api discussion 1509). */
  signature: 'v1' | 'bare'
  /** How long an acknowledged write of stock or state stays invisible to readers and buyers. */
  writeLagMs: number
  /** Does writing the inventory unlink the listing's variation images? It did (open-api issues 200 and 384). */
  inventoryWriteUnlinksImages: boolean
}

export const DEFAULT_SWITCHES: Switches = {
  cancelRestocks: false,
  signature: 'v1',
  writeLagMs: 0,
  inventoryWriteUnlinksImages: false,
}

export type Settings = { limits: Limits; faults: Faults; switches: Switches }

/** A change of settings; what is left out stays. `limits: null` lifts both limits, `faults: null` ends all faults. */
export type SettingsChange = {
  limits?: Partial<Limits> | null
  faults?: { notifications?: Partial<Faults['notifications']>; calls?: Partial<Faults['calls']> } | null
  switches?: Partial<Switches>
}

export const DEFAULT_SETTINGS: Settings = { limits: DEFAULT_LIMITS, faults: NO_FAULTS, switches: DEFAULT_SWITCHES }

const UNLIMITED: Limits = { perSecond: null, perDay: null }

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
