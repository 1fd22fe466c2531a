import { describe, expect, it } from 'vitest'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { closable } from '#sandbox/closable-clock.ts'

describe('a clock that closes', () => {
  it('runs what is due, calls off what was called off, and nothing once it is closed', async () => {
    const machine = new VirtualClock(new Date(0))
    const clock = closable(machine)
    const ran: string[] = []
    clock.after(10, () => void ran.push('due'))
    clock.after(10, () => void ran.push('called off'))()
    clock.after(30, () => void ran.push('still waiting'))
    await machine.runTo(new Date(20))
    clock.close()
    clock.after(1, () => void ran.push('too late'))
    await machine.runTo(new Date(100))
    expect(ran).toEqual(['due'])
  })
})
