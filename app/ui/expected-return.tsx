import { Button, InlineStack, Text } from '@shopify/polaris'
import { Ago } from './moment.tsx'
import { useDecision } from './use-decision.ts'
import { pieces } from './words.ts'

export type ExpectedView = { id: number; outstanding: number; toldAt: string }

/** Pieces that are on their way back, as a person was told. They are received like any others. */
export function ExpectedReturn({ expected: { id, outstanding, toldAt } }: { expected: ExpectedView }) {
  const { decide, deciding } = useDecision('Not expected any more')
  return (
    <InlineStack align="space-between" blockAlign="center" gap="200">
      <Text as="p">
        {`${pieces(outstanding)} expected back, told of `}
        <Ago at={toldAt} />
      </Text>
      <Button loading={deciding} onClick={() => decide({ decision: 'return-not-coming', expectedId: id })}>
        Does not come
      </Button>
    </InlineStack>
  )
}
