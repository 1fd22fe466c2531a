import { expect, test } from 'vitest'
import { gather, type Outcome } from '#app/pool/gather.server.ts'

/** A writer that answers when it is told to, and what it was given. */
function writer() {
  const batches: { requests: string[]; done: PromiseWithResolvers<Outcome<string>[]> }[] = []
  const write = (requests: string[]) => {
    const done = Promise.withResolvers<Outcome<string>[]>()
    batches.push({ requests, done })
    return done.promise
  }
  const answer = (n: number) => batches[n]!.done.resolve(batches[n]!.requests.map((one) => ({ answer: `${one}!` })))
  return { batches, write, answer, seen: () => batches.map(({ requests }) => requests.join('')) }
}
const options = (write: (requests: string[]) => Promise<Outcome<string>[]>) => ({
  write,
  nameOf: (request: string) => request,
  isOfOne: (error: unknown) => error instanceof RangeError,
  most: 3,
  atOnce: 1,
})
/** Long enough for everything that waits for nothing. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('what is asked in one tick is written together; what comes meanwhile goes together next, so many at most', async () => {
  const { write, seen, answer } = writer()
  const ask = gather(options(write))
  const first = ['a', 'b'].map(ask)
  await settled()
  const later = ['c', 'd', 'e', 'f'].map(ask)
  await settled()
  expect(seen()).toEqual(['ab'])
  answer(0)
  expect(await Promise.all(first)).toEqual(['a!', 'b!'])
  await settled()
  expect(seen()).toEqual(['ab', 'cde'])
  answer(1)
  await settled()
  answer(2)
  expect(await Promise.all(later)).toEqual(['c!', 'd!', 'e!', 'f!'])
  expect(seen()).toEqual(['ab', 'cde', 'f'])
})

test('two of the same name are never in one batch, nor at the same time', async () => {
  const { write, seen, answer } = writer()
  const ask = gather({ ...options(write), atOnce: 2 })
  const asked = ['a', 'a', 'b'].map(ask)
  await settled()
  expect(seen()).toEqual(['ab'])
  answer(0)
  await settled()
  expect(seen()).toEqual(['ab', 'a'])
  answer(1)
  expect(await Promise.all(asked)).toEqual(['a!', 'a!', 'b!'])
})

test('what is not decided is asked again before all that came later', async () => {
  const { write, seen, batches, answer } = writer()
  const ask = gather(options(write))
  const asked = ['a', 'b', 'c', 'd'].map(ask)
  await settled()
  batches[0]!.done.resolve([{ answer: 'a!' }, 'again', 'again'])
  await settled()
  expect(seen()).toEqual(['abc', 'bcd'])
  answer(1)
  expect(await Promise.all(asked)).toEqual(['a!', 'b!', 'c!', 'd!'])
})

test('one bad request fails alone', async () => {
  const seen: string[] = []
  const ask = gather(
    options(async (requests) => {
      seen.push(requests.join(''))
      if (requests.includes('b')) throw new RangeError('b is bad')
      return requests.map((one) => ({ answer: one }))
    }),
  )
  expect(await Promise.allSettled(['a', 'b', 'c'].map(ask))).toMatchObject([
    { value: 'a' },
    { reason: { message: 'b is bad' } },
    { value: 'c' },
  ])
  expect(seen).toEqual(['abc', 'ab', 'a', 'b', 'c'])
})

test('when there is nobody to write to, all are told at once, and later ones are written again', async () => {
  let gone = true
  const tried: string[] = []
  const ask = gather(
    options(async (requests) => {
      tried.push(requests.join(''))
      if (gone) throw new Error('The server is gone')
      return requests.map((one) => ({ answer: one }))
    }),
  )
  const failed = await Promise.allSettled(['a', 'b'].map(ask))
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  gone = false
  expect(await ask('c')).toBe('c')
  expect(tried).toEqual(['ab', 'c'])
})
