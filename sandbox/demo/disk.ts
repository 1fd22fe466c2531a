import { mkdir, statfs } from 'node:fs/promises'
import { CannotStart } from '../cannot-start.ts'

/** What the database, its log and the sandbox's state take the first time. */
const ROOM_MB = 100

/** Makes the folder, and throws CannotStart when there is too little room on its disk to begin with. */
export async function checkRoom(folder: string, neededMb = ROOM_MB): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { bavail, bsize } = await statfs(folder)
  const left = Math.floor((bavail * bsize) / 2 ** 20)
  if (left < neededMb)
    throw new CannotStart(
      `The disk is full: ${left} MB are left at ${folder}, ${neededMb} are needed. Make room and start again.`,
    )
}
