import { systemClock } from '#app/kernel/system-clock.server.ts'
import { checkPorts } from '#sandbox/demo/choices.ts'
import { serve } from '#sandbox/http.ts'

/** The first of three free ports in a row, as the demo takes them: Shopify, the app, Etsy. */
export async function threeFreePorts(): Promise<number> {
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
