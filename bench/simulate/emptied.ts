import type { Sql } from '#app/kernel/sql.ts'

// The ledger and the seals guard themselves against this: their triggers are put off for it, as their owner may.
const EMPTY = `DO $$
DECLARE
  guarded regclass;
  everything text;
BEGIN
  FOR guarded IN SELECT DISTINCT tgrelid FROM pg_trigger WHERE NOT tgisinternal LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', guarded);
  END LOOP;
  SELECT string_agg(oid::regclass::text, ', ') INTO everything FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT LIKE '\\_prisma%';
  EXECUTE 'TRUNCATE ' || everything || ' RESTART IDENTITY CASCADE';
  FOR guarded IN SELECT DISTINCT tgrelid FROM pg_trigger WHERE NOT tgisinternal LOOP
    EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', guarded);
  END LOOP;
END $$`

/**
 * Leaves nothing of the shop that was there before. What time brings is brought to all the merchants of a database, so one
 * shop's life would depend on another's; and ids begin anew, so that a life can be lived again by itself.
 */
export async function emptied(db: Sql): Promise<void> {
  await db.query({ text: EMPTY })
}
