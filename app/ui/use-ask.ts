import { useFetcher } from '@remix-run/react'
import { useAppBridge } from '@shopify/app-bridge-react'
import { useEffect } from 'react'
import type { Decided } from '../decide.server.ts'

/** What is said before something is done. */
export type Asked = { undone: boolean }

/** Asks what a decision would do, for `said` to be looked at. A refusal is shown as a toast, with its reason. */
export function useAsk<Said extends object>() {
  const fetcher = useFetcher<Decided>()
  const shopify = useAppBridge()
  const { data, state } = fetcher
  useEffect(() => {
    if (state === 'idle' && data?.refusal) shopify.toast.show(data.refusal.sentence, { isError: true })
  }, [data, state, shopify])
  const ask = (decision: Record<string, string | number>) => fetcher.submit(decision, { method: 'post' })
  const said = data && !data.refusal && typeof data.said === 'object' ? (data.said as Said) : null
  return { ask, asking: state !== 'idle', said }
}
