import {
  BlockStack,
  Button,
  Card,
  Checkbox,
  ChoiceList,
  FormLayout,
  InlineStack,
  Text,
  TextField,
} from '@shopify/polaris'
import { useState } from 'react'
import { formatMoney } from '../kernel/money.ts'
import { useDecision } from './use-decision.ts'

export type PolicyView = {
  roles: string[]
  longestHours: number
  mostRenewals: number
  mostPerPerson: number
  mostPerClient: number
  depositAboveMinor: number | null
  cartMinutes: number
  cartLongestMinutes: number
  checkouts: boolean
  shopifyDrafts: boolean
}

const ROLES = [
  { label: 'The owner', value: 'owner' },
  { label: 'Managers', value: 'manager' },
  { label: 'Staff', value: 'staff' },
]

type NumberOf = Exclude<keyof PolicyView, 'roles' | 'checkouts' | 'shopifyDrafts' | 'depositAboveMinor'>

const LIMITS: [NumberOf, string][] = [
  ['longestHours', 'Longest, in hours'],
  ['mostRenewals', 'Extended at most, times'],
  ['mostPerPerson', 'Open at once, for each of you'],
  ['mostPerClient', 'Open at once, for each client'],
  ['cartMinutes', 'A cart keeps its pieces after each call, minutes'],
  ['cartLongestMinutes', 'and at most, minutes'],
]

/** What the shop allows of keeping pieces aside. */
export function HoldPolicyCard({ policy, currency }: { policy: PolicyView; currency: string }) {
  const [form, setForm] = useState(policy)
  const [deposit, setDeposit] = useState(`${policy.depositAboveMinor ?? ''}`)
  const { decide, deciding } = useDecision('Kept')
  const { roles, checkouts, shopifyDrafts, depositAboveMinor: _, ...numbers } = form
  const save = () =>
    decide({
      decision: 'hold-policy',
      ...numbers,
      roles: roles.join(','),
      depositAboveMinor: deposit,
      checkouts: checkouts ? 'yes' : 'no',
      shopifyDrafts: shopifyDrafts ? 'yes' : 'no',
    })
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          What is allowed
        </Text>
        <FormLayout>
          <ChoiceList
            allowMultiple
            title="Who may hold"
            choices={ROLES}
            selected={roles}
            onChange={(chosen) => setForm({ ...form, roles: chosen })}
          />
          <FormLayout.Group>
            {LIMITS.map(([name, label]) => (
              <TextField
                key={name}
                label={label}
                type="number"
                min={0}
                value={`${form[name]}`}
                onChange={(value) => setForm({ ...form, [name]: Number(value) })}
                autoComplete="off"
              />
            ))}
          </FormLayout.Group>
          <TextField
            label={`A deposit is noted above, in the smallest unit of ${currency}`}
            type="number"
            min={0}
            value={deposit}
            onChange={setDeposit}
            autoComplete="off"
            helpText={deposit === '' ? 'Never' : `Above ${formatMoney({ minor: Number(deposit), currency })}`}
          />
          <ShopifyChoices form={form} onChange={(said) => setForm({ ...form, ...said })} />
        </FormLayout>
        <InlineStack align="end">
          <Button loading={deciding} onClick={save}>
            Keep
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  )
}

type Choices = Pick<PolicyView, 'checkouts' | 'shopifyDrafts'>

/** What of it is done in Shopify too. */
function ShopifyChoices({ form, onChange }: { form: Choices; onChange: (said: Partial<Choices>) => void }) {
  return (
    <>
      <Checkbox
        label="Keep aside on the other channels what lies in Shopify’s checkouts"
        checked={form.checkouts}
        onChange={(checkouts) => onChange({ checkouts })}
      />
      <Checkbox
        label="Make a draft order in Shopify for each hold, which reserves its pieces there until it ends"
        helpText="Completed in Shopify, it becomes the order. Where Shopify would reserve at another location than the pieces lie, they are moved to “reserved” there, as without it."
        checked={form.shopifyDrafts}
        onChange={(shopifyDrafts) => onChange({ shopifyDrafts })}
      />
    </>
  )
}
