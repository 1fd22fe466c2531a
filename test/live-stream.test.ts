import { expect, test } from 'vitest'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { liveStream } from '#app/live-stream.server.ts'

const START = new Date('2026-03-10T12:00:00Z')
const at = (ms: number) => new Date(START.getTime() + ms)

async function readAll(stream: ReadableStream<Uint8Array>, heard: string[]): Promise<void> {
  const reader = stream.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    heard.push(new TextDecoder().decode(part.value))
  }
}

/** A stream for a minute, with what was heard of it so far. */
function open() {
  const clock = new VirtualClock(START)
  const leaving = new AbortController()
  const subscribers = new Set<() => void>()
  const heard: string[] = []
  const stream = liveStream({
    subscribe(tell) {
      subscribers.add(tell)
      return () => subscribers.delete(tell)
    },
    until: at(60_000),
    clock,
    left: leaving.signal,
  })
  const ended = readAll(stream, heard)
  const changes = () => heard.filter((part) => part.startsWith('data:')).length
  return { clock, leaving, subscribers, heard, ended, changes, change: () => subscribers.forEach((tell) => tell()) }
}

/** Moves time, and lets what was said be read. */
async function pass({ clock }: ReturnType<typeof open>, ms: number) {
  await clock.runTo(at(ms))
  await new Promise(setImmediate)
}

test('says at once that something may have changed before it was open', async () => {
  const live = open()
  await pass(live, 300)
  expect(live.changes()).toBe(1)
  live.leaving.abort()
})

test('tells of a change within a quarter of a second, and of a hundred in a burst once', async () => {
  const live = open()
  await pass(live, 1_000)
  for (let n = 0; n < 100; n += 1) live.change()
  await pass(live, 1_250)
  expect(live.changes()).toBe(2)
  live.change()
  await pass(live, 1_500)
  expect(live.changes()).toBe(3)
  live.leaving.abort()
})

test('says nothing of a change while none happens, but breathes so that nobody cuts it', async () => {
  const live = open()
  await pass(live, 50_000)
  expect(live.changes()).toBe(1)
  expect(live.heard.filter((part) => part.startsWith(':'))).toHaveLength(4)
  live.leaving.abort()
})

test('ends when the reader must prove again who they are, and holds nothing after', async () => {
  const live = open()
  await pass(live, 60_000)
  await live.ended
  expect(live.subscribers.size).toBe(0)
  await live.clock.runTo(at(200_000))
  expect(live.changes()).toBe(1)
})

test('lets go of everything when the reader leaves', async () => {
  const live = open()
  expect(live.subscribers.size).toBe(1)
  live.leaving.abort()
  expect(live.subscribers.size).toBe(0)
  live.change()
  await pass(live, 1_000)
  expect(live.changes()).toBe(0)
})
