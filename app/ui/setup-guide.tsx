import { Badge, BlockStack, Button, Card, InlineGrid, InlineStack, ProgressBar, Text } from '@shopify/polaris'
import type { SetupStep } from '../merchant/setup.ts'

/** What there is still to do before every channel is live, one step after the other. */
export function SetupGuide({ steps }: { steps: SetupStep[] }) {
  const done = steps.filter((step) => step.done).length
  const next = steps.find((step) => !step.done)
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="200">
          <InlineStack align="space-between" blockAlign="center">
            <Text as="h2" variant="headingMd" id="setup">
              Getting your channels in step
            </Text>
            <Text as="span" tone="subdued">{`${done} of ${steps.length} done`}</Text>
          </InlineStack>
          <ProgressBar progress={(done / steps.length) * 100} size="small" ariaLabelledBy="setup" />
        </BlockStack>
        {steps.map((step) => (
          <Step key={step.title} step={step} next={step === next} />
        ))}
      </BlockStack>
    </Card>
  )
}

function Step({ step, next }: { step: SetupStep; next: boolean }) {
  return (
    <InlineGrid columns={{ xs: 1, sm: '1fr auto' }} gap="300" alignItems="center">
      <BlockStack gap="050">
        <InlineStack gap="200" blockAlign="center">
          <Text as="h3" variant="headingSm" tone={step.done ? 'subdued' : undefined}>
            {step.title}
          </Text>
          {step.done ? <Badge tone="success">Done</Badge> : null}
        </InlineStack>
        {next ? <Text as="p">{step.sentence}</Text> : null}
      </BlockStack>
      {next ? (
        <Button variant="primary" url={step.url}>
          {step.action}
        </Button>
      ) : null}
    </InlineGrid>
  )
}
