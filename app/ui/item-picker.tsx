import { useFetcher } from '@remix-run/react'
import { Autocomplete } from '@shopify/polaris'
import { useState } from 'react'

export type Picked = { id: number; sku: string; name: string }

type Props = { label: string; picked: Picked | null; onPick: (item: Picked | null) => void }

const said = ({ sku, name }: Picked) => (sku ? `${name} (${sku})` : name)

/** Finds an item by what a person types of its SKU or title. */
export function ItemPicker({ label, picked, onPick }: Props) {
  const found = useFetcher<{ items: Picked[] }>()
  const [typed, setTyped] = useState('')
  const items = found.data?.items ?? []
  const type = (text: string) => {
    setTyped(text)
    if (picked) onPick(null)
    found.load(`/api/items?find=${encodeURIComponent(text)}`)
  }
  const choose = ([id]: string[]) => onPick(items.find((item) => String(item.id) === id) ?? null)
  return (
    <Autocomplete
      options={items.map((item) => ({ value: String(item.id), label: said(item) }))}
      selected={picked ? [String(picked.id)] : []}
      onSelect={choose}
      loading={found.state !== 'idle'}
      textField={
        <Autocomplete.TextField
          label={label}
          autoComplete="off"
          placeholder="SKU or title"
          value={picked ? said(picked) : typed}
          onChange={type}
        />
      }
    />
  )
}
