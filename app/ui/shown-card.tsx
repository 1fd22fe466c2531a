import { Badge, BlockStack, Box, Button, Card, Divider, InlineGrid, InlineStack, Link, Text } from '@shopify/polaris'
import { Fragment } from 'react'
import type { Step } from '../catalog/in-step.ts'
import type { Availability } from '../pool/available.ts'
import { Ago } from './moment.tsx'
import { StepBadge } from './step-badge.tsx'
import { StepList } from './step-list.tsx'
import { useDecision } from './use-decision.ts'

export type ShownListing = {
  id: number
  account: string
  title: string
  sku: string
  url: string | null
  shown: number | null
  seenAt: string | null
  agreedSince: string | null
  unexplained: number
  step: Step
  role: 'authoritative' | 'mirror' | null
  should: Availability
}

/** What each channel shows of an item, what it should show and why, and since when that was confirmed. */
export function ShownCard({ shown }: { shown: ShownListing[] }) {
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          What the channels show
        </Text>
        {shown.length === 0 ? (
          <Text as="p" tone="subdued">
            No channel lists it.
          </Text>
        ) : null}
        {shown.map((listing, i) => (
          <Fragment key={listing.id}>
            {i > 0 ? <Divider /> : null}
            <Listing listing={listing} />
          </Fragment>
        ))}
      </BlockStack>
    </Card>
  )
}

function Listing({ listing }: { listing: ShownListing }) {
  const { account, title, sku, url, step } = listing
  return (
    <BlockStack gap="300">
      <InlineStack gap="200" blockAlign="center">
        <Text as="h3" variant="headingSm">
          {account}
        </Text>
        <StepBadge step={step} />
        <Role listing={listing} />
        <Text as="span" tone="subdued">
          {url ? (
            <Link url={url} target="_blank" monochrome>
              {title}
            </Link>
          ) : (
            title
          )}
          {sku ? `, ${sku}` : ''}
        </Text>
      </InlineStack>
      <InlineGrid columns={{ xs: 1, sm: '1fr 1fr 2fr' }} gap="400">
        <Number label="Shows" n={listing.shown} below={<Confirmed listing={listing} />} />
        <Number label="Should show" n={listing.should.quantity} below={standing(listing)} />
        <Why should={listing.should} />
      </InlineGrid>
      {listing.unexplained > 0 ? <Drift listing={listing} /> : null}
    </BlockStack>
  )
}

/** A one-of-one piece has one authoritative listing; the others mirror it. */
function Role({ listing: { id, role } }: { listing: ShownListing }) {
  const { decide, deciding } = useDecision('It is the authoritative listing')
  if (role === null) return null
  if (role === 'authoritative') return <Badge tone="info">Authoritative</Badge>
  return (
    <>
      <Badge>Mirror</Badge>
      <Button variant="plain" disabled={deciding} onClick={() => decide({ decision: 'authoritative', listingId: id })}>
        Make it the authoritative one
      </Button>
    </>
  )
}

function Number({ label, n, below }: { label: string; n: number | null; below: React.ReactNode }) {
  return (
    <BlockStack gap="050">
      <Text as="p" tone="subdued">
        {label}
      </Text>
      <Text as="p" variant="headingLg">
        {n ?? 'unknown'}
      </Text>
      <Text as="p" tone="subdued" variant="bodySm">
        {below}
      </Text>
    </BlockStack>
  )
}

function Confirmed({ listing: { agreedSince, seenAt } }: { listing: ShownListing }) {
  const seen = seenAt ? <Ago at={seenAt} /> : null
  if (!agreedSince) return seen ? <>seen {seen}</> : 'not looked at yet'
  return (
    <>
      right since <Ago at={agreedSince} />
      {seen ? <>; last seen {seen}</> : null}
    </>
  )
}

const STANDING: Partial<Record<Step, string>> = {
  behind: 'is being sent',
  undecided: 'not sent until you decide',
  off_sale: 'not sent: taken off sale there',
  dead: 'cannot be sent: the listing is gone',
  not_live: 'not sent: the channel is not live',
}

const standing = ({ step }: ShownListing) => STANDING[step] ?? null

function Why({ should }: { should: Availability }) {
  return (
    <BlockStack gap="050">
      <Text as="p" tone="subdued">
        Why
      </Text>
      <StepList steps={should.steps} />
    </BlockStack>
  )
}

/** It shows less than it should and no order says why: only a person can know which number is right. */
function Drift({ listing: { id, account, unexplained } }: { listing: ShownListing }) {
  const { decide, deciding } = useDecision('Settled')
  return (
    <Box background="bg-surface-caution" padding="300" borderRadius="200">
      <InlineStack gap="300" blockAlign="center" align="space-between">
        <Text as="p">{`${account} shows ${unexplained} fewer than it should, and no order says why. They are not offered until you say.`}</Text>
        <InlineStack gap="200">
          <Button disabled={deciding} onClick={() => decide({ decision: 'drift', listingId: id, right: 'ours' })}>
            We have them
          </Button>
          <Button disabled={deciding} onClick={() => decide({ decision: 'drift', listingId: id, right: 'theirs' })}>
            They are gone
          </Button>
        </InlineStack>
      </InlineStack>
    </Box>
  )
}
