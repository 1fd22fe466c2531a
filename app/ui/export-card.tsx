import { useAppBridge } from '@shopify/app-bridge-react'
import { BlockStack, Button, Card, FormLayout, InlineStack, Select, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'

type Props = { people: { actor: string; name: string }[]; mayAudit: boolean }

const FILES = { movements: 'ledger.csv', decisions: 'decisions.csv', seals: 'ledger.jsonl' }
type Of = keyof typeof FILES

/** Takes the ledger out, as a file. */
export function ExportCard({ people, mayAudit }: Props) {
  const [asked, setAsked] = useState({ from: '', to: '', who: '' })
  const { save, saving } = useSave()
  const set = (name: keyof typeof asked) => (value: string) => setAsked({ ...asked, [name]: value })
  const button = (of: Of, words: string) => (
    <Button disabled={!mayAudit} loading={saving === of} onClick={() => save(of, of === 'seals' ? {} : asked)}>
      {words}
    </Button>
  )
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          Take the ledger with you
        </Text>
        <Text as="p">Who moved which piece, when, why and from where. Leave the fields empty for all of it.</Text>
        <FormLayout>
          <FormLayout.Group condensed>
            <TextField label="From (UTC)" type="date" value={asked.from} onChange={set('from')} autoComplete="off" />
            <TextField label="Up to and with" type="date" value={asked.to} onChange={set('to')} autoComplete="off" />
            <Select
              label="By"
              value={asked.who}
              onChange={set('who')}
              options={[
                { label: 'Everybody', value: '' },
                ...people.map(({ actor, name }) => ({ label: name, value: actor })),
              ]}
            />
          </FormLayout.Group>
        </FormLayout>
        <InlineStack gap="200">
          {button('movements', 'Movements (CSV)')}
          {button('decisions', 'Decisions (CSV)')}
          {button('seals', 'Sealed ledger (to be checked elsewhere)')}
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

// Inside the admin a link carries no session token: it is fetched, with the token, and handed to the browser as a file.
function useSave() {
  const shopify = useAppBridge()
  const [saving, setSaving] = useState<Of | null>(null)
  async function save(of: Of, asked: Record<string, string>): Promise<void> {
    setSaving(of)
    const address = `/app/books/export.csv?${new URLSearchParams({ of, ...asked })}`
    const answer = await fetch(address).catch(() => null)
    if (answer?.ok) handOver(await answer.blob(), FILES[of])
    else
      shopify.toast.show(answer ? await answer.text() : 'The file did not come. Please try again.', { isError: true })
    setSaving(null)
  }
  return { save, saving }
}

function handOver(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
