import { useFetcher } from '@remix-run/react'
import { Banner, BlockStack, Button, Card, FormLayout, InlineStack, Select, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import type { Decided } from '../decide.server.ts'
import { Ago } from './moment.tsx'
import { useDecision } from './use-decision.ts'

export type ApiKeyView = {
  id: number
  account: string
  name: string
  prefix: string
  origin: string | null
  madeAt: string
  revokedAt: string | null
}

type Props = { keys: ApiKeyView[]; accounts: { id: number; name: string }[] }

/** The keys by which a shop front of the merchant's own tells of its carts. */
export function ApiKeysCard({ keys, accounts }: Props) {
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            Your own shop front
          </Text>
          <Text as="p" tone="subdued">
            With a key it can keep aside what lies in its carts, for a while, on every channel.
          </Text>
        </BlockStack>
        {keys.map((key) => (
          <Key key={key.id} apiKey={key} />
        ))}
        <NewKey accounts={accounts} />
      </BlockStack>
    </Card>
  )
}

function Key({ apiKey: { id, name, account, prefix, origin, madeAt, revokedAt } }: { apiKey: ApiKeyView }) {
  const { decide, deciding } = useDecision('Revoked')
  return (
    <InlineStack align="space-between" blockAlign="center" gap="200">
      <BlockStack gap="050">
        <Text as="p">{`${name}, for orders of ${account}`}</Text>
        <Text as="p" tone="subdued" variant="bodySm">
          {`${prefix}…${origin ? `, for pages of ${origin}` : ''}, made `}
          <Ago at={madeAt} />
          {revokedAt ? (
            <>
              {', revoked '}
              <Ago at={revokedAt} />
            </>
          ) : null}
        </Text>
      </BlockStack>
      {revokedAt ? null : (
        <Button
          tone="critical"
          loading={deciding}
          onClick={() => decide({ decision: 'api-key-revoke', keyId: id })}
          accessibilityLabel={`Revoke the key ${name}`}
        >
          Revoke
        </Button>
      )}
    </InlineStack>
  )
}

function NewKey({ accounts }: { accounts: { id: number; name: string }[] }) {
  const fetcher = useFetcher<Decided>()
  const [form, setForm] = useState({
    name: '',
    origin: '',
    accountId: `${accounts[0]?.id ?? ''}`,
    token: crypto.randomUUID(),
  })
  const make = () => {
    void fetcher.submit({ decision: 'api-key-new', ...form }, { method: 'post' })
    setForm({ ...form, token: crypto.randomUUID() })
  }
  return (
    <BlockStack gap="300">
      <Made decided={fetcher.data} />
      <FormLayout>
        <FormLayout.Group>
          <TextField
            label="Name of the key"
            value={form.name}
            onChange={(name) => setForm({ ...form, name })}
            autoComplete="off"
            maxLength={200}
          />
          <Select
            label="Its carts become orders of"
            options={accounts.map(({ id, name }) => ({ label: name, value: `${id}` }))}
            value={form.accountId}
            onChange={(accountId) => setForm({ ...form, accountId })}
          />
          <TextField
            label="For pages of"
            value={form.origin}
            onChange={(origin) => setForm({ ...form, origin })}
            autoComplete="off"
            placeholder="https://shop.example"
            helpText="Only if a browser uses it; servers need none."
          />
        </FormLayout.Group>
      </FormLayout>
      <InlineStack align="end">
        <Button
          loading={fetcher.state !== 'idle'}
          disabled={form.name.trim() === '' || form.accountId === ''}
          onClick={make}
        >
          Make a key
        </Button>
      </InlineStack>
    </BlockStack>
  )
}

function Made({ decided }: { decided: Decided | undefined }) {
  if (!decided) return null
  if (decided.refusal) return <Banner tone="critical">{decided.refusal.sentence}</Banner>
  const { said } = decided
  const secret = typeof said === 'object' && said !== null && 'secret' in said ? String(said['secret']) : ''
  return (
    <Banner tone="success" title="Copy the key now: it is not shown again">
      <Text as="p" breakWord>
        <code>{secret}</code>
      </Text>
    </Banner>
  )
}
