import { BlockStack, Card, InlineGrid, Text } from '@shopify/polaris'
import { OUT_OF_STEP, type Step } from '../catalog/in-step.ts'
import type { Money } from '../kernel/money.ts'
import { formatAmounts } from './amounts.tsx'
import { counted, pieces } from './words.ts'

type Sale = { currency: string; today: { pieces: number; minor: number } }
type Channel = { status: string; counts: Partial<Record<Step, number>> }

/** The three numbers a jeweler looks for first, each with the sentence that says what it counts. */
export function Figures({
  sales,
  risk,
  channels,
}: {
  sales: Sale[]
  risk: { open: number; values: Money[] }
  channels: Channel[]
}) {
  const soldToday = sales.reduce((sum, { today }) => sum + today.pieces, 0)
  return (
    <InlineGrid columns={{ xs: 1, md: 3 }} gap="400">
      <Figure heading="Sold today" number={pieces(soldToday)} sentence={takings(sales)} />
      <Figure
        heading="At risk"
        number={risk.values.length > 0 ? formatAmounts(risk.values) : risk.open > 0 ? String(risk.open) : 'Nothing'}
        sentence={risk.open > 0 ? `${counted(risk.open, 'incident')} open` : 'No incident is open'}
        tone={risk.open > 0 ? 'critical' : undefined}
      />
      <Figure heading="In step" {...standing(channels)} />
    </InlineGrid>
  )
}

function takings(sales: Sale[]): string {
  const sums = new Map<string, number>()
  for (const { currency, today } of sales) sums.set(currency, (sums.get(currency) ?? 0) + today.minor)
  const values = [...sums].filter(([, minor]) => minor > 0).map(([currency, minor]) => ({ currency, minor }))
  return values.length > 0 ? `${formatAmounts(values)}, over all channels` : 'Nothing has been sold yet today'
}

type Shown = { number: string; sentence: string; tone?: 'critical' | 'success' | undefined }

function standing(channels: Channel[]): Shown {
  const live = channels.filter(({ status }) => status === 'open')
  const total = (steps: readonly Step[]) =>
    live.reduce((sum, { counts }) => sum + steps.reduce((n, step) => n + (counts[step] ?? 0), 0), 0)
  const inStep = total(['in_step'])
  const wrong = total(OUT_OF_STEP)
  if (live.length === 0) return { number: '–', sentence: 'No channel is live yet' }
  const of = `on ${counted(live.length, 'channel')}`
  if (wrong === 0)
    return {
      number: 'Every listing',
      sentence: `${counted(inStep, 'listing')} ${of} show the right number`,
      tone: 'success',
    }
  return {
    number: `${inStep} of ${inStep + wrong}`,
    sentence: `listings ${of} show the right number; the others are being checked or put right`,
  }
}

function Figure({ heading, number, sentence, tone }: Shown & { heading: string }) {
  return (
    <Card>
      <BlockStack gap="100">
        <Text as="h2" variant="headingSm" tone="subdued">
          {heading}
        </Text>
        <Text as="p" variant="headingXl" tone={tone}>
          {number}
        </Text>
        <Text as="p" tone="subdued">
          {sentence}
        </Text>
      </BlockStack>
    </Card>
  )
}
