import type { Switches } from './settings.ts'
import type { Deltas } from './stock-change.ts'

/** How pieces leave an order: sent; taken off before that, back on sale or not; or sent and come back to a shelf. */
export type Leaving = { how: 'sent' | 'restocked' | 'dropped' | 'returned'; quantity: number }

/** What an order that has claimed no stock does to it nevertheless, by the switch. */
export function afterBypass(does: Switches['bypassedStock'], { how, quantity: n }: Leaving): Deltas {
  const back = how === 'restocked' || how === 'returned' ? { available: n } : {}
  switch (does) {
    case 'untouched':
      return {}
    case 'restocks':
      return back
    case 'committed':
      return how === 'returned' ? back : { committed: -n, ...back }
    case 'reserved':
      return how === 'returned' ? back : { reserved: -n, ...back }
    case 'available':
      return how === 'sent' ? { available: -n } : back
  }
}
