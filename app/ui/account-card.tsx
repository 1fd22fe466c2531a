import { BlockStack, Card, InlineStack, ProgressBar, Spinner, Text } from '@shopify/polaris'
import type { Step } from '../catalog/in-step.ts'
import { AccountBadge } from './account-badge.tsx'
import { Disconnect } from './disconnect.tsx'
import { DifferencesReview, type DifferenceView } from './differences-review.tsx'
import { GoLive, type GoingLiveView } from './go-live.tsx'
import { Ago } from './moment.tsx'
import { counted } from './words.ts'

export type AccountView = {
  id: number
  name: string
  externalId: string
  status: string
  connectedAt: string
  leavingSince: string | null
  disconnectable: boolean
  counts: Partial<Record<Step, number>>
  progress: { done: number; total: number | null; sentence: string; finished: boolean } | null
  goingLive: GoingLiveView | null
  differences: DifferenceView[] | null
}

/** A channel: how it stands, how far its import is, and what it waits for. */
export function AccountCard({ account, mayConnect }: { account: AccountView; mayConnect: boolean }) {
  const { name, externalId, status, connectedAt, progress, goingLive, differences } = account
  const reading = status === 'connecting' || status === 'importing'
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <InlineStack gap="200" blockAlign="center">
            <Text as="h2" variant="headingMd">
              {name}
            </Text>
            <AccountBadge status={status} />
          </InlineStack>
          <Text as="span" tone="subdued">
            {/^\d+$/.test(externalId) ? `Shop ${externalId}` : externalId}, connected <Ago at={connectedAt} />
          </Text>
        </InlineStack>
        {reading ? <Reading progress={progress} /> : null}
        {!reading && progress?.finished ? (
          <Text as="p" tone="subdued">
            {progress.sentence}.
          </Text>
        ) : null}
        {status === 'open' ? <Text as="p">{standing(account.counts)}</Text> : null}
        {status === 'off' ? <Text as="p">Nothing is written there. What was booked stays in the ledger.</Text> : null}
        {goingLive ? <GoLive accountId={account.id} name={name} goingLive={goingLive} mayConnect={mayConnect} /> : null}
        {account.leavingSince ? (
          <Text as="p">
            It is being disconnected, since <Ago at={account.leavingSince} />: everything of yours goes off sale there
            first.
          </Text>
        ) : null}
        {account.disconnectable && status !== 'off' ? <Disconnect account={account} mayConnect={mayConnect} /> : null}
        {differences ? (
          <DifferencesReview accountId={account.id} name={name} differences={differences} mayConnect={mayConnect} />
        ) : null}
      </BlockStack>
    </Card>
  )
}

function standing(counts: AccountView['counts']): string {
  const all = Object.values(counts).reduce((sum, n) => sum + n, 0)
  if (all === 0) return 'It has no listings yet.'
  const waiting = counts.undecided ?? 0
  const rest = waiting > 0 ? ` ${counted(waiting, 'listing')} ${waiting === 1 ? 'waits' : 'wait'} for you.` : ''
  return `${counts.in_step ?? 0} of ${counted(all, 'listing')} confirmed to show the right number.${rest}`
}

function Reading({ progress }: { progress: AccountView['progress'] }) {
  const share = progress?.total ? Math.min(100, (progress.done / progress.total) * 100) : null
  return (
    <BlockStack gap="200">
      {share === null ? null : <ProgressBar progress={share} size="small" />}
      <InlineStack gap="200" blockAlign="center">
        {share === null ? <Spinner size="small" accessibilityLabel="Being read" /> : null}
        <Text as="p">{progress ? `${progress.sentence}.` : 'Waiting for its turn to be read.'}</Text>
      </InlineStack>
    </BlockStack>
  )
}
