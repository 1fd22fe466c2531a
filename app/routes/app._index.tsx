import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { TitleBar } from '@shopify/app-bridge-react'
import { BlockStack, InlineGrid, Page } from '@shopify/polaris'
import { channelsInStep } from '../catalog/in-step.server.ts'
import { lastPieces } from '../catalog/last-pieces.server.ts'
import { openProposals } from '../catalog/proposals.server.ts'
import { atRisk } from '../incidents/incident-list.server.ts'
import { accountsOf } from '../merchant/account.server.ts'
import { setupSteps } from '../merchant/setup.ts'
import { earlierOrders } from '../orders/before-connection.server.ts'
import { sold } from '../orders/sold.server.ts'
import { lagOf } from '../sync/lag.server.ts'
import { AtRiskCard } from '../ui/at-risk-card.tsx'
import { ChannelsCard } from '../ui/channels-card.tsx'
import { Figures } from '../ui/figures.tsx'
import { Now } from '../ui/moment.tsx'
import { SetupGuide } from '../ui/setup-guide.tsx'
import { SoldCard } from '../ui/sold-card.tsx'
import { visit } from '../visit.server.ts'
import { pool } from '../web-resources.server.ts'

export { PageProblem as ErrorBoundary } from '../ui/page-problem.tsx'

export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, at } = await visit(request)
  const { id } = merchant
  const [accounts, inStep, lags, sales, risk, last, proposals, earlier] = await Promise.all([
    accountsOf(pool, id),
    channelsInStep(pool, id),
    lagOf(pool, id),
    sold(pool, id, at),
    atRisk(pool, id),
    lastPieces(pool, id),
    openProposals(pool, id),
    earlierOrders(pool, id),
  ])
  const channels = accounts.map(({ id: accountId, name, channel, status, connectedAt }) => ({
    id: accountId,
    name,
    channel,
    status,
    connectedAt,
    counts: inStep.get(accountId)?.counts ?? {},
    lastSeen: inStep.get(accountId)?.lastSeen ?? null,
    lag: lags.get(accountId) ?? null,
  }))
  const setup = setupSteps({ accounts, questions: proposals.count + earlier.count })
  return { now: { at, timeZone: merchant.timeZone }, channels, sales, risk, last, setup }
}

export default function Home() {
  const { now, channels, sales, risk, last, setup } = useLoaderData<typeof loader>()
  return (
    <Now.Provider value={now}>
      <Page>
        <TitleBar title="Home" />
        <BlockStack gap="400">
          {setup.every(({ done }) => done) ? null : <SetupGuide steps={setup} />}
          <Figures sales={sales} risk={risk} channels={channels} />
          <InlineGrid columns={{ xs: 1, lg: 2 }} gap="400" alignItems="start">
            <SoldCard sales={sales} channels={channels} />
            <AtRiskCard risk={risk} last={last} />
          </InlineGrid>
          <ChannelsCard channels={channels} />
        </BlockStack>
      </Page>
    </Now.Provider>
  )
}
