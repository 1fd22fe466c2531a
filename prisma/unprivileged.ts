import { spawnSync } from 'node:child_process'
import { chownSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** How to start a program that refuses to run as root. */
export type Identity = {
  /** What stands before the program on the command line. */
  prefix: string[]
  uid?: number
  gid?: number
}

const NAMESPACE = ['unshare', '-U', '--map-user=1000', '--map-group=1000']
const NOBODY = 65534

/**
 * The identity under which PostgreSQL, which refuses uid 0, can own `dir`. An ordinary user is itself. Root
 * becomes the folder's owner, or uid 1000 of a user namespace, or, where namespaces are forbidden, uid 65534.
 */
export function unprivilegedOwner(dir: string): Identity {
  const me = process.getuid?.()
  const { uid, gid } = lstatSync(dir)
  if (me !== 0) {
    if (me === undefined || me === uid) return { prefix: [] }
    throw new Error(`${dir} belongs to another user (uid ${uid}): start as that user, or remove the folder.`)
  }
  if (uid !== 0) return { prefix: [], uid, gid }
  // Inside the namespace the files are still root's, so it works below a folder of mode 700 as well (/root).
  if (namespacesAllowed()) return { prefix: NAMESPACE }
  chownTree(dir, NOBODY)
  return { prefix: [], uid: NOBODY, gid: NOBODY }
}

function namespacesAllowed(): boolean {
  const [command = '', ...args] = NAMESPACE
  return spawnSync(command, [...args, 'true']).status === 0
}

function chownTree(path: string, owner: number): void {
  chownSync(path, owner, owner)
  if (!lstatSync(path).isDirectory()) return
  for (const name of readdirSync(path)) chownTree(join(path, name), owner)
}
