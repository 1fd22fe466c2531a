import { useFetcher } from '@remix-run/react'
import { useAppBridge } from '@shopify/app-bridge-react'
import { useEffect } from 'react'
import type { Decided } from '../decide.server.ts'

/**
 * Sends what a person decided. A refusal is shown as a toast, with its reason; so is `done`, when it was done. `answer`: the
 * last one, a new object each time.
 */
export function useDecision(done: string) {
  const fetcher = useFetcher<Decided>()
  const shopify = useAppBridge()
  const { data, state } = fetcher
  useEffect(() => {
    if (state !== 'idle' || !data) return
    if (data.refusal) shopify.toast.show(data.refusal.sentence, { isError: true })
    else shopify.toast.show(done)
  }, [data, state, done, shopify])
  const decide = (decision: Record<string, string | number>) => fetcher.submit(decision, { method: 'post' })
  return { decide, deciding: state !== 'idle', answer: data }
}
