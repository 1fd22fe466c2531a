/**
 * An outage that will pass: the channel is slow, throttles or is down. Thrown by a channel's HTTP layer or its
 * limiter, caught by the queue alone, which runs the work again after `afterMs` without counting an attempt.
 */
export class TryAgain extends Error {
  override name = 'TryAgain'
  /** How long to wait, in milliseconds, 0 or more. */
  readonly afterMs: number

  constructor(afterMs: number, reason: string) {
    super(reason)
    this.afterMs = Math.max(0, Math.ceil(afterMs))
  }
}

/** An outage that will not pass by itself: access withdrawn, an account closed. The work ends and a person is told. */
export class GiveUp extends Error {
  override name = 'GiveUp'
}
