import { useMemo } from 'react'

/** A mark of one filled-in form: sent twice it is done once. Another is made when what the form is about has changed. */
export const useToken = (seen: string): string => useMemo(() => `${seen}-${crypto.randomUUID()}`, [seen])
