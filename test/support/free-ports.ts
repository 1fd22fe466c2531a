import { systemClock } from '#app/kernel/system-clock.server.ts'
import { checkPorts } from '#sandbox/demo/choices.ts'
import { serve } from '#sandbox/http.ts'

/** The first of the free ports in a row that the demo takes: Shopify, the app, Etsy, Square. */
export async function demoPorts(): Promise<number> {
  for (;;) {
    const one = await serve(async () => new Response(), { port: 0, clock: systemClock })
    await one.close()
    const free = await checkPorts(one.port).then(
      () => true,
      () => false,
    )
    if (free) return one.port
  }
}
