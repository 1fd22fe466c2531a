import { Badge, BlockStack, Button, Card, Divider, InlineStack, Text } from '@shopify/polaris'
import { Fragment } from 'react'
import type { RuleKind } from '../pool/rule.ts'
import { Moment } from './moment.tsx'
import { ruleSentence, scopeSentence } from './rule-words.ts'
import { listed } from './words.ts'

export type ShownRule = {
  id: number
  version: number
  kind: RuleKind
  accountId: number | null
  account: string | null
  itemId: number | null
  item: string | null
  category: string | null
  quantity: number
  low: number | null
  slowMs: number | null
  places: number[]
  from: string | null
  until: string | null
  reason: string | null
  ownerId: number | null
  owner: string | null
  reviewOn: string | null
  ended: boolean
  unexplained: string[]
}

export type RuleAct = (change: 'end' | 'undo' | 'edit', rule: ShownRule) => void
type Rules = { rules: ShownRule[]; placeNames: Record<number, string>; may: boolean; onAct: RuleAct }

/** The rules there are, from the whole shop to the single item, and the last that have ended. */
export function RuleList({ rules, ...rest }: Rules) {
  return (
    <Card>
      <BlockStack gap="400">
        {rules.map((rule, i) => (
          <Fragment key={rule.id}>
            {i > 0 ? <Divider /> : null}
            <Rule rule={rule} {...rest} />
          </Fragment>
        ))}
      </BlockStack>
    </Card>
  )
}

function Rule({ rule, placeNames, may, onAct }: Omit<Rules, 'rules'> & { rule: ShownRule }) {
  return (
    <div id={`rule-${rule.id}`}>
      <InlineStack align="space-between" gap="400" wrap={false}>
        <BlockStack gap="100">
          <InlineStack gap="200">
            <Text as="h3" variant="headingSm">
              {ruleSentence(rule, placeNames)}
            </Text>
            {rule.ended ? <Badge>Ended</Badge> : null}
          </InlineStack>
          <Text as="p">{`For ${scopeSentence(rule)}`}</Text>
          <Schedule rule={rule} />
          <Text as="p" tone="subdued">
            {[
              rule.reason ?? 'No reason given',
              rule.owner && `Owner: ${rule.owner}`,
              rule.reviewOn && `To be looked at again on ${rule.reviewOn}`,
            ]
              .filter(Boolean)
              .join('. ')}
          </Text>
        </BlockStack>
        {may ? <Acts rule={rule} onAct={onAct} /> : null}
      </InlineStack>
    </div>
  )
}

function Schedule({ rule: { from, until } }: { rule: ShownRule }) {
  if (!from && !until) return null
  return (
    <Text as="p">
      {from ? (
        <>
          From <Moment at={from} />{' '}
        </>
      ) : null}
      {until ? (
        <>
          until <Moment at={until} />
        </>
      ) : null}
    </Text>
  )
}

function Acts({ rule, onAct }: { rule: ShownRule; onAct: RuleAct }) {
  return (
    <InlineStack gap="200" wrap={false}>
      {rule.ended ? null : <Button onClick={() => onAct('edit', rule)}>Change</Button>}
      {rule.ended ? null : <Button onClick={() => onAct('end', rule)}>End</Button>}
      <Button onClick={() => onAct('undo', rule)}>{rule.ended ? 'Bring back' : 'Undo the last change'}</Button>
    </InlineStack>
  )
}

/** Pieces that are kept back, and nobody can say why. */
export function UnexplainedCard({ rules, placeNames }: Pick<Rules, 'rules' | 'placeNames'>) {
  if (rules.length === 0) return null
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          Safety stocks nobody can explain
        </Text>
        {rules.map((rule) => (
          <Text as="p" key={rule.id}>
            {`${ruleSentence(rule, placeNames)} for ${scopeSentence(rule)} ${listed(rule.unexplained)}.`}
          </Text>
        ))}
      </BlockStack>
    </Card>
  )
}
