import { useEffect, useState } from 'react'
import type { Decided } from '../decide.server.ts'

/** Names what a form asks for, so that sent twice it is done once. Another one as soon as it was done. */
export function useFormToken(answer: Decided | undefined): string {
  const [token, setToken] = useState('')
  useEffect(() => {
    if (!answer?.refusal) setToken(crypto.randomUUID())
  }, [answer])
  return token
}
