import { nowOf, type Store } from './store.ts'

export type ThrottleStatus = { maximumAvailable: number; currentlyAvailable: number; restoreRate: number }

/** Points the app has left on this shop now. */
export function available(store: Store): number {
  const { maximumAvailable, restoreRate } = store.env.limits
  const { available, at } = store.bucket
  if (available === null) return maximumAvailable
  return Math.min(maximumAvailable, available + ((nowOf(store) - at) / 1_000) * restoreRate)
}

/** Takes `points` out; more than there are is a debt. */
export function spend(store: Store, points: number): void {
  store.bucket.available = available(store) - points
  store.bucket.at = nowOf(store)
}

export function throttleStatus(store: Store): ThrottleStatus {
  const { maximumAvailable, restoreRate } = store.env.limits
  return { maximumAvailable, currentlyAvailable: Math.floor(available(store)), restoreRate }
}
