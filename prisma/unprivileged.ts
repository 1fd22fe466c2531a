import { spawnSync } from 'node:child_process'
import { chownSync, lstatSync, readdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'

/** How to start a program that refuses to run as root. */
export type Identity = {
  /** What stands before the program on the command line. */
  prefix: string[]
  uid?: number
  gid?: number
}

const NOBODY = 65534

// As nobody, the one user besides root that every system has a name for: initdb insists on a name.
const NAMESPACE = ['unshare', '-U', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`]

/**
 * The identity under which PostgreSQL, which refuses uid 0, can own `dir`. An ordinary user is itself. Root
 * becomes the folder's owner, or nobody in a user namespace, or, where namespaces are forbidden, nobody.
 */
export function unprivilegedOwner(dir: string): Identity {
  const me = process.getuid?.()
  const { uid, gid } = lstatSync(dir)
  if (me !== 0) {
    if (me === undefined || me === uid) return { prefix: hasName() ? [] : NAMESPACE }
    throw new Error(`${dir} belongs to another user (uid ${uid}): start as that user, or remove the folder.`)
  }
  if (uid !== 0) return { prefix: [], uid, gid }
  // Inside the namespace the files are still root's, so it works below a folder of mode 700 as well (/root).
  if (namespacesAllowed()) return { prefix: NAMESPACE }
  chownTree(dir, NOBODY)
  return { prefix: [], uid: NOBODY, gid: NOBODY }
}

/** A container that is told to run as some number has no such user. */
function hasName(): boolean {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
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
