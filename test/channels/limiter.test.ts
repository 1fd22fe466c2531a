import { describe, expect, test } from 'vitest'
import type { BucketState, Limit } from '#app/channels/bucket.ts'
import type { Lane } from '#app/channels/lane.ts'
import { openLimiter, type Lesson, type LimiterOptions } from '#app/channels/limiter.server.ts'
import { KEEP_NOTHING } from '#app/channels/meter.ts'
import { present } from '#app/kernel/assert.ts'
import { TryAgain } from '#app/kernel/outage.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { keptLog } from '#test/support/kept-log.ts'

const START = new Date('2026-11-23T09:00:00Z')
const after = (ms: number) => new Date(START.getTime() + ms)

const TEN_A_SECOND: Limit[] = [{ kind: 'window', name: 'second', limit: 10, lengthMs: 1_000 }]
const POINTS: Limit[] = [{ kind: 'points', name: 'points', limit: 1_000, restorePerSecond: 100 }]

/** A limiter on a clock of its own, and a channel that answers when the test says so. */
async function open(options: Partial<LimiterOptions> = {}) {
  const clock = new VirtualClock(START)
  const log = keptLog()
  const limiter = await openLimiter({ limits: TEN_A_SECOND, margin: 0, concurrency: 50, clock, log, ...options })
  const sent: string[] = []
  const under: Map<string, PromiseWithResolvers<void>> = new Map()
  const answers = new Map<string, Promise<void>>()

  /** Asks for calls; they are answered at once, unless `held`. */
  function call(lane: Lane, names: string[], more: { cost?: number; patienceMs?: number; held?: boolean } = {}): void {
    const { held = false, ...rest } = more
    for (const name of names) {
      const answer = limiter.run({ lane, ...rest }, async () => {
        sent.push(name)
        if (!held) return
        under.set(name, Promise.withResolvers())
        await under.get(name)?.promise
      })
      answer.catch(() => {})
      answers.set(name, answer)
    }
  }
  const answer = (name: string) => present(answers.get(name), `The call ${name}`)
  const many = (name: string, n: number) => Array.from({ length: n }, (_, i) => `${name}${i + 1}`)
  return { limiter, clock, log, sent, call, many, under, answer }
}

const tryAgainAfter = async (answer: Promise<unknown>): Promise<number> => {
  const error: unknown = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof TryAgain)) throw new Error('The call was not sent away.')
  return error.afterMs
}

describe('Calls to an account', () => {
  test('go at once while the limit allows, and the rest when it allows again', async () => {
    const { call, many, sent, clock } = await open()
    call('urgent', many('u', 25))
    expect(sent).toHaveLength(10)
    await clock.runTo(after(999))
    expect(sent).toHaveLength(10)
    await clock.runTo(after(1_050))
    expect(sent).toHaveLength(20)
    await clock.runTo(after(2_100))
    expect(sent).toEqual(many('u', 25))
  })

  test('go by lanes, and in a lane in the order they came', async () => {
    const { call, many, sent, clock } = await open({
      keepFree: { write: KEEP_NOTHING, read: KEEP_NOTHING, sweep: KEEP_NOTHING },
    })
    call('sweep', many('first', 10))
    for (const lane of ['sweep', 'read', 'write', 'orders', 'urgent'] as const) call(lane, many(lane, 2))
    expect(sent).toEqual(many('first', 10))
    await clock.runTo(after(1_100))
    const rest = ['urgent', 'orders', 'write', 'read', 'sweep'].flatMap((lane) => many(lane, 2))
    expect(sent.slice(10)).toEqual(rest)
  })

  test('a pressing call overtakes those that wait, even where only one may be under way', async () => {
    const limits: Limit[] = [{ kind: 'window', name: 'second', limit: 1, lengthMs: 1_000 }]
    const { call, sent, clock, answer } = await open({ limits, concurrency: 1 })
    call('urgent', ['first'])
    await answer('first')
    call('sweep', ['sweep'])
    call('urgent', ['urgent'])
    await clock.runTo(after(1_050))
    expect(sent).toEqual(['first', 'urgent'])
    await answer('urgent')
    await clock.runTo(after(2_100))
    expect(sent).toEqual(['first', 'urgent', 'sweep'])
  })

  test('no more are under way at once than is said', async () => {
    const { call, many, sent, under, answer } = await open({ concurrency: 3 })
    call('orders', many('o', 5), { held: true })
    expect(sent).toEqual(['o1', 'o2', 'o3'])
    under.get('o2')?.resolve()
    await answer('o2')
    await Promise.resolve()
    expect(sent).toEqual(['o1', 'o2', 'o3', 'o4'])
    for (const name of ['o1', 'o3', 'o4']) under.get(name)?.resolve()
    await Promise.all(['o1', 'o3', 'o4'].map(answer))
    await Promise.resolve()
    expect(sent).toHaveLength(5)
  })

  test('what the call answers or throws comes back, and its place is free again', async () => {
    const { limiter, call, sent } = await open({ concurrency: 1 })
    const failing = limiter.run({ lane: 'orders' }, () => Promise.reject(new Error('No such receipt.')))
    call('orders', ['next'])
    await expect(failing).rejects.toThrow('No such receipt.')
    await expect(limiter.run({ lane: 'orders' }, () => Promise.resolve('receipt 7'))).resolves.toBe('receipt 7')
    expect(sent).toEqual(['next'])
  })

  test.each<{ lane: Lane; most: number }>([
    { lane: 'urgent', most: 10 },
    { lane: 'orders', most: 10 },
    { lane: 'write', most: 10 },
    { lane: 'read', most: 8 },
    { lane: 'sweep', most: 6 },
  ])('in the lane $lane leave the rest of the limit to more pressing ones', async ({ lane, most }) => {
    const { call, many, sent } = await open()
    call(lane, many('a', 20))
    expect(sent).toHaveLength(most)
    call('urgent', many('u', 20))
    expect(sent).toHaveLength(10)
  })

  test('never pass the limit, whatever comes when', async () => {
    const { clock, limiter } = await open()
    const moments: number[] = []
    let seed = 7
    const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647
    for (let ms = 0; ms < 30_000; ms += Math.floor(random() * 200)) {
      await clock.runTo(after(ms))
      const lane = (['urgent', 'orders', 'write', 'read', 'sweep'] as const)[Math.floor(random() * 5)]!
      void limiter.run({ lane }, () => Promise.resolve(moments.push(clock.now().getTime())))
    }
    await clock.runOut(after(120_000))
    expect(moments.length).toBeGreaterThan(250)
    for (const moment of moments) {
      expect(moments.filter((other) => other > moment - 1_000 && other <= moment).length).toBeLessThanOrEqual(10)
    }
  })

  test('one that could never be sent is a mistake', async () => {
    const { call, answer } = await open({ limits: POINTS })
    call('urgent', ['huge'], { cost: 1_001 })
    await expect(answer('huge')).rejects.toThrow('can never be sent')
  })
})

describe('Patience', () => {
  test('without any, a call goes at once or is sent away for exactly as long as needed', async () => {
    const { call, many, sent, clock, answer } = await open({ limits: POINTS })
    call('urgent', many('u', 10), { cost: 100, patienceMs: 0 })
    expect(sent).toHaveLength(10)
    call('urgent', ['late'], { cost: 50, patienceMs: 0 })
    expect(await tryAgainAfter(answer('late'))).toBe(500)
    expect(clock.next()).toBeUndefined()
    await clock.runTo(after(500))
    call('urgent', ['late'], { cost: 50, patienceMs: 0 })
    expect(sent).toHaveLength(11)
  })

  test('waits while it lasts', async () => {
    const { call, sent, clock } = await open({ limits: POINTS })
    call('urgent', ['first'], { cost: 1_000 })
    call('urgent', ['patient'], { cost: 100, patienceMs: 1_000 })
    await clock.runTo(after(1_000))
    expect(sent).toEqual(['first', 'patient'])
  })

  test('counts those who stand before', async () => {
    const { call, limiter, answer } = await open({ limits: POINTS })
    call('urgent', ['first', 'second'], { cost: 1_000 })
    expect(limiter.waitMs(100, 'urgent')).toBe(11_000)
    call('urgent', ['third'], { cost: 100, patienceMs: 10_999 })
    expect(await tryAgainAfter(answer('third'))).toBe(11_000)
  })

  test('does not count those who stand behind', async () => {
    const { call, limiter } = await open({ limits: POINTS, keepFree: { sweep: KEEP_NOTHING } })
    call('urgent', ['first'], { cost: 1_000 })
    call('sweep', ['sweep'], { cost: 1_000 })
    expect(limiter.waitMs(100, 'urgent')).toBe(1_000)
    expect(limiter.waitMs(100, 'sweep')).toBe(11_000)
  })

  test('that ends because others overtook sends the call away', async () => {
    const { call, sent, clock, answer } = await open({ limits: POINTS })
    call('urgent', ['first'], { cost: 1_000 })
    call('write', ['write'], { cost: 100, patienceMs: 2_500 })
    call('urgent', ['pressing'], { cost: 900 })
    await clock.runTo(after(9_000))
    expect(await tryAgainAfter(answer('write'))).toBeGreaterThan(0)
    expect(sent).toEqual(['first', 'pressing'])
  })

  test('nobody has who would stand in a line that is too long', async () => {
    const { call, many, answer } = await open({ limits: POINTS, maxQueued: 3 })
    call('urgent', ['first'], { cost: 1_000 })
    call('urgent', many('waiting', 3), { cost: 100 })
    call('urgent', ['fourth'], { cost: 100 })
    expect(await tryAgainAfter(answer('fourth'))).toBe(4_000)
  })
})

describe('What the channel answers', () => {
  const told = async (lesson: Lesson, options: Partial<LimiterOptions> = {}) => {
    const opened = await open(options)
    await opened.limiter.run({ lane: 'urgent', cost: 1 }, (learn) => Promise.resolve(learn(lesson)))
    return opened
  }

  test('"come back later" holds up everybody', async () => {
    const { limiter, call, sent, clock } = await told({ retryAfterMs: 30_000 })
    expect(limiter.waitMs(1, 'urgent')).toBe(30_000)
    call('urgent', ['u'])
    await clock.runTo(after(29_999))
    expect(sent).toEqual([])
    await clock.runTo(after(30_000))
    expect(sent).toEqual(['u'])
  })

  test('about what remains holds up the next', async () => {
    const { limiter } = await told({ limits: { points: { remaining: 20 } } }, { limits: POINTS })
    expect(limiter.waitMs(50, 'urgent')).toBe(300)
  })

  test('about a lower cost lets go those who wait', async () => {
    const { limiter, call, sent, answer } = await open({ limits: POINTS })
    const answered = Promise.withResolvers<void>()
    const dear = limiter.run({ lane: 'urgent', cost: 1_000 }, async (learn) => {
      await answered.promise
      learn({ cost: 12, limits: { points: { remaining: 988 } } })
    })
    call('urgent', ['waiting'], { cost: 900 })
    expect(sent).toEqual([])
    answered.resolve()
    await dear
    await answer('waiting')
    expect(sent).toEqual(['waiting'])
  })
})

describe('The state of a limiter', () => {
  test('is saved once a second while it changes, and not when it does not', async () => {
    const saved: Date[] = []
    const clock = new VirtualClock(START)
    const limiter = await openLimiter({
      limits: TEN_A_SECOND,
      concurrency: 5,
      save: () => Promise.resolve(void saved.push(clock.now())),
      clock,
      log: keptLog(),
    })
    for (let ms = 0; ms < 3_000; ms += 300) {
      await clock.runTo(after(ms))
      await limiter.run({ lane: 'urgent' }, () => Promise.resolve())
    }
    await clock.runTo(after(60_000))
    expect(saved.map((at) => at.getTime() - START.getTime())).toEqual([1_000, 2_200, 3_400])
    await limiter.close()
    expect(saved).toHaveLength(3)
  })

  test('goes on where it was after the process has changed', async () => {
    let saved: BucketState | undefined
    const options = { limits: POINTS, save: (state: BucketState) => Promise.resolve(void (saved = state)) }
    const first = await open(options)
    first.call('urgent', ['u'], { cost: 1_000 })
    await first.limiter.close()
    const second = await open({ ...options, load: () => Promise.resolve(JSON.parse(JSON.stringify(saved))) })
    expect(second.limiter.waitMs(300, 'urgent')).toBe(3_000)
  })

  test('that cannot be saved is told, and the calls go on', async () => {
    const { call, clock, log, sent, limiter } = await open({
      save: () => Promise.reject(new Error('The row is gone.')),
    })
    call('urgent', ['a'])
    await clock.runTo(after(1_000))
    expect(log.said).toMatchObject([{ level: 'warn', sentence: expect.stringContaining('could not be saved') }])
    call('urgent', ['b'])
    await limiter.close()
    expect(sent).toEqual(['a', 'b'])
  })

  test('closing sends away those who wait, and waits for those under way', async () => {
    const { call, under, limiter, sent, clock, answer } = await open({ limits: POINTS })
    call('urgent', ['first'], { cost: 1_000, held: true })
    call('urgent', ['waiting'], { cost: 1_000 })
    let closed = false
    const closing = limiter.close().then(() => (closed = true))
    expect(await tryAgainAfter(answer('waiting'))).toBe(1_000)
    call('urgent', ['too late'])
    expect(await tryAgainAfter(answer('too late'))).toBe(1_000)
    expect(closed).toBe(false)
    under.get('first')?.resolve()
    await Promise.all([answer('first'), closing])
    await clock.runTo(after(60_000))
    expect(sent).toEqual(['first'])
  })
})
