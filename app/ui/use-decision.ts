import { useFetcher } from '@remix-run/react'
import { useAppBridge } from '@shopify/app-bridge-react'
import { useEffect, useRef } from 'react'
import type { Decided } from '../decide.server.ts'

/**
 * Sends what a person decided. A refusal is shown as a toast, with its reason; so is `done`, when it was done. `then`
 * follows only when it was. `answer`: the last one, a new object each time.
 */
export function useDecision(done: string, then?: () => void) {
  const fetcher = useFetcher<Decided>()
  const shopify = useAppBridge()
  const { data, state } = fetcher
  // Whoever asks for it anew with each rendering has decided once all the same.
  const follow = useRef(then)
  useEffect(() => void (follow.current = then))
  useEffect(() => {
    if (state !== 'idle' || !data) return
    if (data.refusal) return void shopify.toast.show(data.refusal.sentence, { isError: true })
    shopify.toast.show(done)
    follow.current?.()
  }, [data, state, done, shopify])
  const decide = (decision: Record<string, string | number>) => fetcher.submit(decision, { method: 'post' })
  return { decide, deciding: state !== 'idle', answer: data }
}
