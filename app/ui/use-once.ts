import { useMemo } from 'react'
import { useDecision } from './use-decision.ts'

/**
 * A decision that makes or moves something: sent twice it is done once. `about`: what the form says and what it saw; when
 * that is another, it is another decision.
 */
export function useOnce(done: string, about: (string | number | boolean | null)[], then?: () => void) {
  const { decide, deciding } = useDecision(done, then)
  const said = JSON.stringify(about)
  const token = useMemo(() => `${said.length}-${crypto.randomUUID()}`, [said])
  return { decide: (form: Record<string, string | number>) => decide({ ...form, token }), deciding }
}
