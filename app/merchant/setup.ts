import type { Account } from './account.server.ts'

export type SetupStep = { title: string; sentence: string; done: boolean; url: string; action: string }

export type SetupFacts = {
  accounts: Pick<Account, 'channel' | 'status'>[]
  /** questions a person has not answered: the same thing?, already taken out? */
  questions: number
}

/** What there is to do until every channel is live, in its order. All done: there is nothing to show. */
export function setupSteps({ accounts, questions }: SetupFacts): SetupStep[] {
  const url = '/app/channels'
  const read = accounts.some(
    ({ channel, status }) => channel === 'shopify' && (status === 'open' || status === 'review'),
  )
  const others = accounts.filter(({ channel, status }) => channel !== 'shopify' && status !== 'off')
  const imported = others.length > 0 && others.every(({ status }) => status === 'review' || status === 'open')
  return [
    {
      title: 'Read your Shopify stock',
      sentence: 'Every item, at every place, opens the ledger. Nothing is written to Shopify for it.',
      done: read,
      url,
      action: 'See how far it is',
    },
    {
      title: 'Connect Etsy',
      sentence: 'Its listings are read and compared. The numbers Etsy shows are never added to your stock.',
      done: others.length > 0,
      url,
      action: 'Connect Etsy',
    },
    {
      title: 'Say which listings are which items',
      sentence: 'Those whose SKU is unique on both sides are matched already. The others ask you.',
      done: imported && questions === 0,
      url,
      action: 'Answer the questions',
    },
    {
      title: 'Go live',
      sentence: 'Look at what will change on Etsy, then let Vitrine keep its numbers true.',
      done: imported && others.every(({ status }) => status === 'open'),
      url,
      action: 'Review and go live',
    },
  ]
}
