import { Badge, BlockStack, Button, Card, InlineStack, ProgressBar, Text } from '@shopify/polaris'
import { Ago, Moment } from './moment.tsx'
import { useDecision } from './use-decision.ts'
import { counted } from './words.ts'

export type CheckView = {
  what: 'balances' | 'seals'
  actor: string
  startedAt: string
  done: number
  total: number
  finishedAt: string | null
  wrong: number | null
}
export type SealView = { n: number; movements: number; hash: string; sealedAt: string }

type Props = { checks: CheckView[]; seal: SealView | null; actors: Record<string, string>; mayAudit: boolean }

/** Whether the books agree, and whether the ledger is as it was written. */
export function BooksChecks({ checks, seal, actors, mayAudit }: Props) {
  const of = (what: CheckView['what']) => checks.find((check) => check.what === what)
  return (
    <BlockStack gap="400">
      <Balances check={of('balances')} actors={actors} mayAudit={mayAudit} />
      <Seals check={of('seals')} seal={seal} actors={actors} mayAudit={mayAudit} />
    </BlockStack>
  )
}

type CardProps = { check: CheckView | undefined; actors: Record<string, string>; mayAudit: boolean }

function Balances({ check, actors, mayAudit }: CardProps) {
  const verify = useDecision('Verified')
  const rebuild = useDecision('Rebuilt from the ledger')
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Do the numbers agree with the ledger?
        </Text>
        <Text as="p">
          Every piece that ever moved is in the ledger. Verifying adds all of it up and compares it with the number of
          each item in each place. It is done every night by itself; a difference is an incident.
        </Text>
        <Result check={check} actors={actors} one="number" />
        <InlineStack gap="200">
          <Button
            disabled={!mayAudit}
            loading={verify.deciding}
            onClick={() => verify.decide({ decision: 'books-verify' })}
          >
            Verify now
          </Button>
          {check?.wrong ? (
            <Button
              variant="primary"
              disabled={!mayAudit}
              loading={rebuild.deciding}
              onClick={() => rebuild.decide({ decision: 'books-rebuild' })}
            >
              Rebuild from the ledger
            </Button>
          ) : null}
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

function Seals({ check, seal, actors, mayAudit }: CardProps & { seal: SealView | null }) {
  const { decide, deciding } = useDecision('Checked')
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Is the ledger as it was written?
        </Text>
        {seal ? (
          <>
            <Text as="p">
              Seal no. {seal.n} of <Moment at={seal.sealedAt} /> covers {counted(seal.movements, 'movement')}. Keep its
              hash somewhere else, and nobody can change what was sealed without being seen:
            </Text>
            <Text as="p" breakWord>
              <code>{seal.hash}</code>
            </Text>
          </>
        ) : (
          <Text as="p" tone="subdued">
            Nothing is sealed yet. Every full hour, what has moved since the last one is.
          </Text>
        )}
        <Result check={check} actors={actors} one="seal" />
        <InlineStack>
          <Button disabled={!mayAudit || !seal} loading={deciding} onClick={() => decide({ decision: 'books-seals' })}>
            Check every seal
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

function Result({ check, actors, one }: Omit<CardProps, 'mayAudit'> & { one: string }) {
  if (!check) return null
  const { finishedAt, wrong, done, total, actor } = check
  if (!finishedAt) {
    return (
      <BlockStack gap="100">
        <ProgressBar progress={total ? Math.round((100 * done) / total) : 0} size="small" />
        <Text as="p" tone="subdued">{`${done} of ${total} looked at`}</Text>
      </BlockStack>
    )
  }
  return (
    <InlineStack gap="200" blockAlign="center">
      <Badge tone={wrong ? 'critical' : 'success'}>
        {wrong ? `${counted(wrong, one)} wrong` : 'Everything agrees'}
      </Badge>
      <Text as="span" tone="subdued">
        looked at by {actors[actor] ?? actor} <Ago at={finishedAt} />
      </Text>
    </InlineStack>
  )
}
