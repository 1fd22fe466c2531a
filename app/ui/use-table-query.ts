import { useSearchParams } from '@remix-run/react'
import { useEffect, useRef, useState } from 'react'

const TYPING_MS = 250

/** The table's question, kept in the page's address: it survives a reload, and can be sent to somebody. */
export function useTableQuery() {
  const [params, setParams] = useSearchParams()
  const change = (changes: Record<string, string>) =>
    setParams(
      (before) => {
        // Another question begins on its first page.
        before.delete('cursor')
        for (const [name, value] of Object.entries(changes)) {
          if (value) before.set(name, value)
          else before.delete(name)
        }
        return before
      },
      { replace: true, preventScrollReset: true },
    )
  return { params, change }
}

/** A search field that answers each key at once, and asks the server when the typing pauses. */
export function useTyped(asked: string, ask: (text: string) => void): [string, (text: string) => void] {
  const [typed, setTyped] = useState(asked)
  const latest = useRef(ask)
  latest.current = ask
  useEffect(() => {
    if (typed === asked) return
    const timer = setTimeout(() => latest.current(typed), TYPING_MS)
    return () => clearTimeout(timer)
  }, [typed, asked])
  return [typed, setTyped]
}
