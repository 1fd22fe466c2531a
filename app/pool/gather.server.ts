/** What became of one request in a batch: its answer, or that it must be asked again, ahead of those that came later. */
export type Outcome<Answer> = { answer: Answer } | 'again'

export type Gathering<Request, Answer> = {
  /** Does them all in one go. The outcomes in the order of the requests. */
  write: (requests: Request[]) => Promise<Outcome<Answer>[]>
  /** Two requests with the same name are never in one batch: the second is asked after the first is answered. */
  nameOf: (request: Request) => string
  /** Whether a batch failed for one of its requests, so that it is worth trying them apart. */
  isOfOne: (error: unknown) => boolean
  /** requests in a batch, at most */
  most: number
  /** batches written at the same time, at most */
  atOnce: number
}

type Waiting<Request, Answer> = {
  request: Request
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/**
 * Gathers what callers of this process ask for at about the same time into batches. Nobody waits for company: a request
 * that finds a free writer is written at the end of the tick; those that come while all write go together in the next
 * batch. In the order they came.
 */
export function gather<Request, Answer>(options: Gathering<Request, Answer>): (request: Request) => Promise<Answer> {
  type One = Waiting<Request, Answer>
  let queue: One[] = []
  const named = new Set<string>()
  let writing = 0
  let planned = false

  function nextBatch(): One[] {
    const batch: One[] = []
    const left: One[] = []
    for (const one of queue) {
      const name = options.nameOf(one.request)
      if (batch.length === options.most || named.has(name)) left.push(one)
      else {
        named.add(name)
        batch.push(one)
      }
    }
    queue = left
    return batch
  }

  async function run(batch: One[]): Promise<void> {
    const again = await settle(options, batch)
    for (const { request } of batch) named.delete(options.nameOf(request))
    queue = [...again, ...queue]
  }

  function plan(): void {
    if (planned || writing === options.atOnce || queue.length === 0) return
    planned = true
    queueMicrotask(() => {
      planned = false
      const batch = nextBatch()
      if (batch.length === 0) return
      writing += 1
      void run(batch).then(() => {
        writing -= 1
        plan()
      })
      plan()
    })
  }

  return (request) =>
    new Promise((resolve, reject) => {
      queue.push({ request, resolve, reject })
      plan()
    })
}

/** Writes a batch and answers who is in it. Returns those that must be asked again. */
async function settle<Request, Answer>(
  options: Gathering<Request, Answer>,
  batch: Waiting<Request, Answer>[],
): Promise<Waiting<Request, Answer>[]> {
  const written = await options.write(batch.map(({ request }) => request)).catch((error: unknown) => ({ error }))
  if (Array.isArray(written)) {
    return batch.filter((one, i) => {
      const outcome = written[i] ?? 'again'
      if (outcome !== 'again') one.resolve(outcome.answer)
      return outcome === 'again'
    })
  }
  if (batch.length > 1 && options.isOfOne(written.error)) {
    const half = Math.ceil(batch.length / 2)
    return [...(await settle(options, batch.slice(0, half))), ...(await settle(options, batch.slice(half)))]
  }
  for (const { reject } of batch) reject(written.error)
  return []
}
