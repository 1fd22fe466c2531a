import { useNavigation } from '@remix-run/react'
import {
  Badge,
  BlockStack,
  Card,
  IndexTable,
  InlineStack,
  Link,
  Text,
  useBreakpoints,
  type IndexTableProps,
} from '@shopify/polaris'
import type { InventoryPage, InventoryRow, ShownOn } from '../catalog/inventory-table.server.ts'
import { STEP_WORDS, type Step } from '../catalog/in-step.ts'
import { InventoryFilters } from './inventory-filters.tsx'
import { StepBadge } from './step-badge.tsx'
import { useTableQuery } from './use-table-query.ts'
import { counted } from './words.ts'

type Named = { id: number; name: string }
type Props = { channels: Named[]; size: { items: number; undecided: number }; page: InventoryPage }

/** Every item with its pieces and what each channel shows of it. */
export function InventoryTable({ channels, size, page }: Props) {
  const navigation = useNavigation()
  const { smDown } = useBreakpoints()
  const { params, change } = useTableQuery()
  const loading = navigation.state === 'loading' && navigation.location.pathname === '/app/inventory'
  const turn = (cursor: string | null) => ({ hasMore: cursor !== null, go: () => change({ cursor: cursor ?? '' }) })
  const [back, on] = [turn(page.before), turn(page.after)]
  const narrowed = [...params.keys()].some((name) => !['sort', 'cursor'].includes(name))
  return (
    <Card padding="0">
      <InventoryFilters channels={channels} loading={loading} />
      <IndexTable
        selectable={false}
        condensed={smDown}
        itemCount={page.rows.length}
        resourceName={{ singular: 'item', plural: 'items' }}
        headings={headingsFor(channels)}
        emptyState={<Nothing narrowed={narrowed} />}
        pagination={{
          hasPrevious: back.hasMore,
          hasNext: on.hasMore,
          onPrevious: back.go,
          onNext: on.go,
          label: `${counted(size.items, 'item')} in all`,
        }}
      >
        {page.rows.map((row, i) => (
          <Item key={row.id} row={row} position={i} channels={channels} condensed={smDown} />
        ))}
      </IndexTable>
    </Card>
  )
}

const headingsFor = (channels: Named[]): IndexTableProps['headings'] => [
  { title: 'Item' },
  { title: 'For sale', alignment: 'end' },
  { title: 'Reserved', alignment: 'end', tooltipContent: 'Pieces that belong to an order' },
  { title: 'In house', alignment: 'end', tooltipContent: 'Every piece you have, at every place and in every state' },
  ...channels.map(({ id, name }) => ({ id: String(id), title: `${name} shows`, alignment: 'end' as const })),
]

const Nothing = ({ narrowed }: { narrowed: boolean }) => (
  <BlockStack gap="100" inlineAlign="center">
    <Text as="h2" variant="headingMd">
      No item is like that
    </Text>
    <Text as="p" tone="subdued">
      {narrowed ? 'Try another word, or take a filter away.' : 'Nothing is on this page.'}
    </Text>
  </BlockStack>
)

type ItemProps = { row: InventoryRow; position: number; channels: Named[]; condensed: boolean }

function Item({ row, position, channels, condensed }: ItemProps) {
  if (condensed) return <CondensedItem row={row} position={position} channels={channels} />
  return (
    <IndexTable.Row id={String(row.id)} position={position}>
      <IndexTable.Cell>
        <Name row={row} />
      </IndexTable.Cell>
      <Number n={row.forSale} strong />
      <Number n={row.reserved} />
      <Number n={row.owned} />
      {channels.map(({ id }) => (
        <IndexTable.Cell key={id}>
          <Shown on={row.channels.find(({ accountId }) => accountId === id)} />
        </IndexTable.Cell>
      ))}
    </IndexTable.Row>
  )
}

function Name({ row }: { row: InventoryRow }) {
  return (
    <BlockStack gap="050">
      <InlineStack gap="200" blockAlign="center">
        <Link url={`/app/inventory/${row.id}`} removeUnderline monochrome dataPrimaryLink>
          <Text as="span" variant="bodyMd" fontWeight="semibold">
            {[row.title, row.variant].filter(Boolean).join(', ')}
          </Text>
        </Link>
        {row.kind === 'one_of_one' ? <Badge>One of a kind</Badge> : null}
        {row.undecided ? <Badge tone="attention">Waits for you</Badge> : null}
        {row.archived ? <Badge>Archived</Badge> : null}
      </InlineStack>
      <Text as="span" tone="subdued" variant="bodySm">
        {row.sku || 'no SKU'}
      </Text>
    </BlockStack>
  )
}

const Number = ({ n, strong = false }: { n: number; strong?: boolean }) => (
  <IndexTable.Cell>
    <Text
      as="span"
      alignment="end"
      numeric
      fontWeight={strong ? 'semibold' : 'regular'}
      tone={n === 0 ? 'subdued' : undefined}
    >
      {n}
    </Text>
  </IndexTable.Cell>
)

// In step is what is expected, and what waits for a person says so beside its name.
const SAID: readonly Step[] = ['in_step', 'undecided']

function Shown({ on }: { on: ShownOn | undefined }) {
  if (!on) {
    return (
      <Text as="p" tone="subdued" alignment="end">
        not listed
      </Text>
    )
  }
  return (
    <InlineStack gap="200" align="end" blockAlign="center" wrap={false}>
      {SAID.includes(on.step) ? null : <StepBadge step={on.step} />}
      <Text as="span" numeric>
        {on.shown ?? '?'}
      </Text>
    </InlineStack>
  )
}

function CondensedItem({ row, position, channels }: Omit<ItemProps, 'condensed'>) {
  const shown = channels.flatMap(({ id, name }) => {
    const on = row.channels.find(({ accountId }) => accountId === id)
    return on
      ? [`${name} ${on.shown ?? '?'}${on.step === 'in_step' ? '' : ` (${STEP_WORDS[on.step].toLowerCase()})`}`]
      : []
  })
  return (
    <IndexTable.Row id={String(row.id)} position={position}>
      <div style={{ padding: '12px 16px', width: '100%' }}>
        <BlockStack gap="100">
          <Name row={row} />
          <Text as="span">{`${row.forSale} for sale, ${row.reserved} reserved`}</Text>
          <Text as="span" tone="subdued">
            {shown.join(', ')}
          </Text>
        </BlockStack>
      </div>
    </IndexTable.Row>
  )
}
