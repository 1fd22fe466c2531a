import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQueryable,
} from '@prisma/driver-adapter-utils'
import pg from 'pg'

/**
 * The driver by which Prisma's command line reads and writes the database at `url` without its engines (`engine:
 * 'js'`). Prisma's own one does not know the types of PostgreSQL's catalog, takes the main database for its shadow
 * when it is given an address, and cuts scripts at every semicolon, functions included.
 */
export function migrateAdapter(url: string): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connect(url),
    connectToShadowDb: () => connectToShadow(url),
  }
}

async function connect(url: string): Promise<SqlDriverAdapter> {
  // The command does not dispose of everything it has opened.
  const pool = new pg.Pool({ connectionString: url, options: '-c timezone=UTC', allowExitOnIdle: true })
  pool.on('connect', nameCatalogTypes)
  const adapter: SqlDriverAdapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect()
  const startTransaction = adapter.startTransaction.bind(adapter)
  adapter.startTransaction = async (level) => readCharacters(await startTransaction(level))
  adapter.executeScript = async (script) => void (await pool.query(script))
  return readCharacters(adapter)
}

async function connectToShadow(url: string): Promise<SqlDriverAdapter> {
  const name = `prisma_migrate_shadow_${randomUUID().replaceAll('-', '')}`
  const main = new pg.Client({ connectionString: url })
  await main.connect()
  await main.query(`CREATE DATABASE ${name}`)
  const address = new URL(url)
  address.pathname = `/${name}`
  const shadow = await connect(address.href)
  const dispose = shadow.dispose.bind(shadow)
  shadow.dispose = async () => {
    await dispose()
    await main.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    await main.end()
  }
  return shadow
}

type RowDescription = { fields: { dataTypeID: number }[] }

const { TEXT, UUID } = pg.types.builtins
const TEXT_ARRAY = 1009

// "char", name, and arrays of them (https://www.postgresql.org/docs/18/datatype-character.html), as types that the
// adapter knows. "char" goes as a uuid, of which the catalog has none, so that it can be told from text afterwards.
const CATALOG_TYPES = new Map<number, number>([
  [18, UUID],
  [19, TEXT],
  [1002, TEXT_ARRAY],
  [1003, TEXT_ARRAY],
])

function nameCatalogTypes(client: pg.ClientBase): void {
  if (!(client instanceof pg.Client)) return
  client.connection.prependListener('rowDescription', ({ fields }: RowDescription) => {
    for (const field of fields) field.dataTypeID = CATALOG_TYPES.get(field.dataTypeID) ?? field.dataTypeID
  })
}

/** The engine panics on a "char" that is called text, and on an empty one that is called a character. */
function readCharacters<T extends SqlQueryable>(queryable: T): T {
  const queryRaw = queryable.queryRaw.bind(queryable)
  queryable.queryRaw = async (query) => {
    const result = await queryRaw(query)
    result.columnTypes = result.columnTypes.map((type, column) => {
      if (type !== ColumnTypeEnum.Uuid) return type
      return result.rows.some((row) => row[column] === '') ? ColumnTypeEnum.Text : ColumnTypeEnum.Character
    })
    return result
  }
  return queryable
}
