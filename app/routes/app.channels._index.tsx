import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, Page } from '@shopify/polaris'
import { channelsInStep } from '../catalog/in-step.server.ts'
import { openProposals } from '../catalog/proposals.server.ts'
import { connectable } from '../channel-connection.server.ts'
import { capabilitiesOf } from '../channels/registry.ts'
import { decide } from '../decide-request.server.ts'
import { accountsOf, type Account } from '../merchant/account.server.ts'
import { may } from '../merchant/role.ts'
import { earlierOrders } from '../orders/before-connection.server.ts'
import { differencesOf } from '../sync/come-back.server.ts'
import { goingLive } from '../sync/going-live.server.ts'
import { progressOf } from '../sync/progress.server.ts'
import { AccountCard } from '../ui/account-card.tsx'
import { ConnectChannel } from '../ui/connect-channel.tsx'
import { EarlierOrdersCard } from '../ui/earlier-orders-card.tsx'
import { Now } from '../ui/moment.tsx'
import { ProposalsCard } from '../ui/proposals-card.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, person, at } = await visit(request)
  const accounts = await accountsOf(pool, merchant.id)
  const [inStep, proposals, earlier, views] = await Promise.all([
    channelsInStep(pool, merchant.id),
    openProposals(pool, merchant.id),
    earlierOrders(pool, merchant.id),
    Promise.all(accounts.map((account) => viewOf(account, at))),
  ])
  return {
    now: { at, timeZone: merchant.timeZone },
    accounts: views.map((view) => ({ ...view, counts: inStep.get(view.id)?.counts ?? {} })),
    proposals,
    earlier,
    mayConnect: may(person.role, 'connect'),
    toConnect: connectable().filter(
      (one) => !accounts.some(({ channel, status }) => channel === one.channel && status !== 'off'),
    ),
  }
}

// A channel that keeps stock is reviewed after it was away; one that is told numbers, before it is told the first.
async function viewOf(account: Account, at: Date) {
  const { id, name, channel, externalId, status, connectedAt, leavingSince } = account
  const capabilities = capabilitiesOf(channel)
  const { writes } = capabilities
  const reviewed = status === 'review'
  const progress = await progressOf(pool, account)
  return {
    id,
    name,
    externalId,
    status,
    connectedAt,
    leavingSince,
    disconnectable: writes === 'absolute' || capabilities.keeps !== undefined,
    progress: progress
      ? {
          done: progress.done,
          total: progress.total,
          sentence: progress.sentence,
          finished: progress.finishedAt !== null,
        }
      : null,
    goingLive: reviewed && writes === 'absolute' ? await goingLive(pool, account, { capabilities, at }) : null,
    differences: reviewed && writes === 'moves' ? await differencesOf(pool, account) : null,
  }
}

export const action = ({ request }: ActionFunctionArgs) => decide(request)

export default function Channels() {
  const { now, accounts, proposals, earlier, mayConnect, toConnect } = useLoaderData<typeof loader>()
  return (
    <Now.Provider value={now}>
      <Page>
        <TitleBar title="Channels" />
        <BlockStack gap="400">
          {accounts.map((account) => (
            <AccountCard key={account.id} account={account} mayConnect={mayConnect} />
          ))}
          {toConnect.map((one) => (
            <ConnectChannel key={one.channel} {...one} mayConnect={mayConnect} />
          ))}
          <ProposalsCard proposals={proposals} />
          <EarlierOrdersCard earlier={earlier} />
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
