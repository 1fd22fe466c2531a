import type { Sql } from '#app/kernel/sql.ts'

// The ledger and the seals guard themselves against this: their triggers are put off for it, as their owner may.
const EMPTY = `DO $$
DECLARE guarded regclass;
BEGIN
  FOR guarded IN SELECT DISTINCT tgrelid FROM pg_trigger WHERE NOT tgisinternal LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', guarded);
  END LOOP;
  TRUNCATE merchant CASCADE;
  FOR guarded IN SELECT DISTINCT tgrelid FROM pg_trigger WHERE NOT tgisinternal LOOP
    EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', guarded);
  END LOOP;
END $$`

/**
 * Leaves nothing of the shop that was there before. What time brings is brought to all the merchants of a database, so one
 * shop's life would depend on another's. Ids go on: the app may remember that a row of an id is there.
 */
export async function emptied(db: Sql): Promise<void> {
  await db.query({ text: EMPTY })
}
