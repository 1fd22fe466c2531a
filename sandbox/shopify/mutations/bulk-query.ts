import type { Fields } from '../context.ts'

export const bulkMutations: Fields = {}
