import {
  ChoiceList,
  IndexFilters,
  IndexFiltersMode,
  useSetIndexFiltersMode,
  type IndexFiltersProps,
} from '@shopify/polaris'
import { STOCK_STATES } from '../kernel/stock-state.ts'
import { useTableQuery, useTyped } from './use-table-query.ts'
import { STATE_NAMES } from './words.ts'

type Named = { id: number; name: string }

const SORTS: IndexFiltersProps['sortOptions'] = [
  { label: 'Title', value: 'title asc', directionLabel: 'A–Z' },
  { label: 'SKU', value: 'sku asc', directionLabel: 'A–Z' },
  { label: 'Newest', value: 'newest asc', directionLabel: 'Newest first' },
]

const FLAGS = [
  { key: 'outOfStep', label: 'Out of step' },
  { key: 'oneOfOne', label: 'One of a kind' },
  { key: 'undecided', label: 'Waits for you' },
]

type Choice = { key: string; label: string; choices: { label: string; value: string }[] }

const choicesOf = (channels: Named[]): Choice[] => [
  { key: 'channel', label: 'Channel', choices: channels.map(({ id, name }) => ({ label: name, value: String(id) })) },
  {
    key: 'state',
    label: 'Has pieces',
    choices: STOCK_STATES.map((state) => ({ label: STATE_NAMES[state], value: state })),
  },
  ...FLAGS.map(({ key, label }) => ({ key, label, choices: [{ label: 'Only these', value: 'yes' }] })),
]

/** Search, filters and order of the inventory table; all of it in the address, all of it answered by the server. */
export function InventoryFilters({ channels, loading }: { channels: Named[]; loading: boolean }) {
  const { params, change } = useTableQuery()
  const [typed, setTyped] = useTyped(params.get('search') ?? '', (search) => change({ search }))
  const { mode, setMode } = useSetIndexFiltersMode(IndexFiltersMode.Filtering)
  const choices = choicesOf(channels)
  const applied = choices.flatMap(({ key, label, choices: among }) => {
    const value = params.get(key)
    const named = among.find((choice) => choice.value === value)
    const flag = among.length === 1 && among[0]?.value === 'yes'
    return named
      ? [{ key, label: flag ? label : `${label}: ${named.label}`, onRemove: () => change({ [key]: '' }) }]
      : []
  })
  return (
    <IndexFilters
      mode={mode}
      setMode={setMode}
      tabs={[]}
      selected={0}
      canCreateNewView={false}
      autoFocusSearchField={false}
      loading={loading}
      queryValue={typed}
      queryPlaceholder="Search by title or SKU"
      onQueryChange={setTyped}
      onQueryClear={() => setTyped('')}
      cancelAction={{ onAction: () => setTyped('') }}
      sortOptions={SORTS}
      sortSelected={[`${params.get('sort') ?? 'title'} asc`]}
      onSort={([sort = '']) => change({ sort: sort.split(' ')[0] ?? '' })}
      filters={choices.map(({ key, label, choices: among }) => ({
        key,
        label,
        pinned: key === 'outOfStep' || key === 'channel',
        filter: (
          <ChoiceList
            title={label}
            titleHidden
            choices={among}
            selected={[params.get(key) ?? '']}
            onChange={([value = '']) => change({ [key]: value })}
          />
        ),
      }))}
      appliedFilters={applied}
      onClearAll={() => change(Object.fromEntries(choices.map(({ key }) => [key, ''])))}
    />
  )
}
