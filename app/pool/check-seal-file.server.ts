import { createHash } from 'node:crypto'
import { MOVEMENT, NO_HASH, SEAL } from './seal-line.ts'

/** The line after a seal's own: its hash. */
export const HASH = 'hash/1'

/** What a file of sealed lines proves: seals `first` to `last`, or where and how it stops being so. */
export type FileVerdict = {
  movements: number
  first: number | null
  last: number | null
  /** of the last seal: to be compared with one that was kept elsewhere */
  hash: string | null
  wrong: string | null
}

/**
 * Reads the lines of an exported ledger and computes every hash anew. Knows nothing but the lines: no database, no
 * network. Stops at the first thing that is wrong: what follows hangs on it.
 */
export async function checkSealFile(lines: AsyncIterable<string>): Promise<FileVerdict> {
  const state = newState()
  for await (const line of lines) {
    if (line === '') continue
    state.wrong = takeLine(state, line)
    if (state.wrong) break
  }
  if (!state.wrong && (state.inSeal > 0 || state.awaited !== null))
    state.wrong = 'the file ends in the middle of a seal'
  if (!state.wrong && state.last === null) state.wrong = 'the file holds no seal'
  const { movements, first, last, hash, wrong } = state
  return { movements, first, last, hash: last === null ? null : hash, wrong }
}

const newState = () => ({
  movements: 0,
  first: null as number | null,
  last: null as number | null,
  hash: NO_HASH,
  merchantId: null as number | null,
  wrong: null as string | null,
  /** since the last seal */
  digest: createHash('sha256'),
  inSeal: 0,
  id: 0,
  upTo: 0,
  /** the seal whose hash comes next */
  awaited: null as number | null,
})
type State = ReturnType<typeof newState>

function takeLine(state: State, line: string): string | null {
  const [kind, ...fields] = fieldsOf(line)
  if (state.awaited !== null) {
    return kind === HASH ? takeHash(state, fields[0]) : `seal ${state.awaited} is not followed by its hash`
  }
  if (kind === MOVEMENT) return takeMovement(state, line, Number(fields[0]))
  if (kind === SEAL) return takeSeal(state, line, fields)
  return `a line is none of ours: ${line.slice(0, 60)}`
}

// A line that is no JSON is a line that is none of ours.
function fieldsOf(line: string): unknown[] {
  try {
    const read: unknown = JSON.parse(line)
    return Array.isArray(read) ? read : []
  } catch {
    return []
  }
}

function takeMovement(state: State, line: string, id: number): string | null {
  if (!(id > state.id)) return `movement ${id} stands after movement ${state.id}`
  state.id = id
  state.inSeal += 1
  state.movements += 1
  state.digest.update(`${line}\n`)
  return null
}

function takeSeal(state: State, line: string, fields: unknown[]): string | null {
  const [merchantId, n, upTo, movements, previousHash] = fields
  const what = `seal ${String(n)}`
  if (typeof n !== 'number' || typeof upTo !== 'number' || typeof merchantId !== 'number') return `${what} is no seal`
  if (state.merchantId !== null && merchantId !== state.merchantId) return `${what} is another merchant’s`
  if (state.last !== null && n !== state.last + 1) return `after seal ${state.last} comes ${what}`
  // A file may begin in the middle of the chain: then its first seal is believed about the one before.
  const begins = state.last === null && n > 1
  if (!begins && previousHash !== state.hash) return `${what} does not hang on the seal before it`
  if (movements !== state.inSeal) return `${what} covers ${String(movements)} movements, and there are ${state.inSeal}`
  if (state.id > upTo || upTo < state.upTo) return `${what} covers movements up to ${upTo}, and there are later ones`
  state.digest.update(`${line}\n`)
  Object.assign(state, { merchantId, awaited: n, upTo, id: upTo, first: state.first ?? n })
  return null
}

function takeHash(state: State, hash: unknown): string | null {
  const computed = state.digest.digest('hex')
  if (hash !== computed) return `seal ${state.awaited} is broken: its movements are not what was sealed`
  Object.assign(state, { last: state.awaited, awaited: null, hash: computed, inSeal: 0, digest: createHash('sha256') })
  return null
}
