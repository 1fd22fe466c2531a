import { at, childrenOf, type Element, tag, textAt, type Xml } from '../../kernel/xml.ts'
import type { WriteOutcome } from '../connector.ts'
import { tradingSentence } from './call.server.ts'
import { type Applying, laneOf, said, type Sent, unanswered } from './sending.ts'
import { rejected, type Write } from './writes.ts'

/**
 * Writes listings made elsewhere by the Trading API, four at most in a call. What is sent is what is available from now
 * on; what is answered is the total, with what was sold before, and is not believed to be what is shown.
 */
export async function reviseItems(applying: Applying, chunk: Write[]): Promise<Sent[]> {
  const lane = laneOf(chunk.map(({ change }) => change))
  const reply = await applying.ebay.trade({ lane, name: 'ReviseInventoryStatus', content: chunk.map(statusFor) })
  if (reply.is !== 'answer') return [unanswered(chunk, reply)]
  const answer = reply.value
  if (textAt(answer, 'Ack') !== 'Failure' || chunk.length === 1) return [await concluded(applying, chunk, answer)]
  const alone = await Promise.all(chunk.map((write) => reviseItems(applying, [write])))
  return alone.flat()
}

const statusFor = ({ change, target }: Write): Xml =>
  tag('InventoryStatus', [
    tag('ItemID', change.ref.externalId),
    change.ref.variantId === '' ? null : tag('SKU', target.sku),
    tag('Quantity', change.quantity),
  ])

const unknown = (reason: string): Omit<WriteOutcome, 'listingId'> => ({ outcome: 'unknown', reason, shown: null })

/** "Item cannot be accessed", and "you are not allowed to revise ended listings". */
const GONE = ['17', '291']
/** "Inventory-based listing management is not currently supported by this tool": the Inventory API looks after it now. */
const MOVED = '21919474'
const MOVED_SENTENCE = 'eBay looks after this listing in another way now; it is written so the next time.'

async function concluded({ notes }: Applying, chunk: Write[], answer: Element): Promise<Sent> {
  const moved: Write[] = []
  const revised: Write[] = []
  const outcomes = chunk.map((write) => {
    if (isDone(answer, write)) {
      revised.push(write)
      return said(write, { outcome: 'accepted', reason: null, shown: write.change.quantity })
    }
    const error = errorOf(answer, write, chunk.length === 1)
    if (!error) return said(write, unknown('eBay does not say whether it was done.'))
    const code = textAt(error, 'ErrorCode') ?? ''
    if (GONE.includes(code)) return said(write, rejected('dead'))
    if (code !== MOVED) return said(write, rejected(textAt(error, 'LongMessage') ?? tradingSentence(answer)))
    moved.push(write)
    return said(write, rejected(MOVED_SENTENCE))
  })
  await notes.keep(moved.map(({ change, target }) => ({ ref: change.ref, sku: target.sku, manner: null })))
  return { outcomes, waitMs: null, revised }
}

const isDone = (answer: Element, { change, target }: Write): boolean =>
  childrenOf(answer, 'InventoryStatus').some(
    (row) =>
      textAt(row, 'ItemID') === change.ref.externalId &&
      (change.ref.variantId === '' || textAt(row, 'SKU') === target.sku),
  )

/** The error about this listing: it is named in a parameter, or it is the only one there can be. */
function errorOf(answer: Element, { change }: Write, only: boolean): Element | undefined {
  const errors = childrenOf(answer, 'Errors').filter((error) => textAt(error, 'SeverityCode') !== 'Warning')
  const named = errors.find((error) =>
    childrenOf(error, 'ErrorParameters').some((one) => at(one, 'Value')?.text === change.ref.externalId),
  )
  return named ?? (only ? errors[0] : undefined)
}
