import { afterEach, describe, expect, it } from 'vitest'
import type { Clock } from '#app/kernel/clock.ts'
import { CannotStart } from '#sandbox/cannot-start.ts'
import { type Fetch, serve, type ServeOptions, type Served } from '#sandbox/http.ts'

/** Time passes at once, and what was waited for is written down. */
function hurriedClock() {
  const waits: number[] = []
  const clock: Clock = {
    now: () => new Date(0),
    after(ms, task) {
      waits.push(ms)
      queueMicrotask(() => void task())
      return () => {}
    },
  }
  return { clock, waits }
}

const running: Served[] = []
async function start(service: Fetch, options: Partial<ServeOptions> = {}) {
  const served = await serve(service, { port: 0, clock: hurriedClock().clock, ...options })
  running.push(served)
  return served
}
afterEach(async () => {
  for (const served of running.splice(0)) await served.close()
})

describe('a service of the sandbox behind a port', () => {
  it('is handed method, path, headers and body as they were sent', async () => {
    const { origin } = await start(async (request) => {
      const { pathname, search } = new URL(request.url)
      return Response.json({
        said: request.headers.get('x-said'),
        to: request.method + pathname + search,
        body: await request.text(),
      })
    })
    const answer = await fetch(`${origin}/shelf?row=2`, {
      method: 'PUT',
      body: 'two rings',
      headers: { 'x-said': 'hello' },
    })
    expect(await answer.json()).toEqual({ said: 'hello', to: 'PUT/shelf?row=2', body: 'two rings' })
  })

  it('answers with its own status, headers and each cookie apart', async () => {
    const { origin } = await start(async () => {
      const response = new Response('gone', { status: 410, headers: { 'x-reason': 'sold' } })
      response.headers.append('set-cookie', 'a=1')
      response.headers.append('set-cookie', 'b=2; Expires=Wed, 09 Jun 2027 10:18:14 GMT')
      return response
    })
    const answer = await fetch(origin)
    expect([answer.status, answer.headers.get('x-reason'), await answer.text()]).toEqual([410, 'sold', 'gone'])
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2; Expires=Wed, 09 Jun 2027 10:18:14 GMT'])
  })

  it('sends a streamed answer piece by piece', async () => {
    let more: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (more = controller) })
    const { origin } = await start(async () => new Response(body))
    more?.enqueue(Buffer.from('first'))
    const reader = (await fetch(origin)).body!.getReader()
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('first')
    more?.enqueue(Buffer.from('second'))
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('second')
    more?.close()
    expect((await reader.read()).done).toBe(true)
  })

  it('hears that a reader has left', async () => {
    const left = Promise.withResolvers<void>()
    const { origin } = await start(async (request) => {
      request.signal.addEventListener('abort', () => left.resolve())
      return new Response(new ReadableStream({ start: (c) => c.enqueue(Buffer.from('…')) }))
    })
    const leaving = new AbortController()
    await fetch(origin, { signal: leaving.signal })
    leaving.abort()
    await left.promise
  })

  it('lets half of the network time pass before, and half after', async () => {
    const { clock, waits } = hurriedClock()
    const seen: number[] = []
    const latencyMs = (request: Request) => (new URL(request.url).pathname.startsWith('/api') ? 50 : 0)
    const service = async () => new Response(String(seen.push(waits.length)))
    const { origin } = await start(service, { clock, latencyMs })
    await fetch(`${origin}/api/shop`)
    await fetch(`${origin}/page`)
    expect(waits).toEqual([25, 25])
    expect(seen).toEqual([1, 2])
  })

  it('says which port is taken and what to do', async () => {
    const { port } = await start(async () => new Response())
    const again = serve(async () => new Response(), { port, clock: hurriedClock().clock })
    await expect(again).rejects.toThrow(CannotStart)
    await expect(again).rejects.toThrow(`Port ${port} is not free on 127.0.0.1`)
  })

  it('closes although somebody holds a stream open', async () => {
    const served = await serve(async () => new Response(new ReadableStream()), { port: 0, clock: hurriedClock().clock })
    const held = await fetch(served.origin)
    await served.close()
    await expect(held.text()).rejects.toThrow()
    await expect(fetch(served.origin)).rejects.toThrow()
  })
})
