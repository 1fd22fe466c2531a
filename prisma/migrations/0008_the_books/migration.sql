-- From where something was done, where the actor alone does not say it: a page of the app, a command. The transaction says
-- it once (pool/origin.server.ts), so that no writer has to hand it through; null: the actor says all there is to say.
ALTER TABLE movement ADD COLUMN origin text DEFAULT NULLIF(current_setting('vitrine.origin', true), '');

-- The ledger in the order it was written: sealed, exported and checked along it.
CREATE INDEX movement_in_order ON movement (merchant_id, id);
-- What people did, to be undone. Small: most movements are the channels' own.
CREATE INDEX movement_by_person ON movement (merchant_id, recorded_at) WHERE actor LIKE 'person/%';

CREATE TRIGGER movement_not_emptied BEFORE TRUNCATE ON movement FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

-- An hour of a merchant's ledger, hashed together with the seal before it. It covers the movements above the seal before
-- it up to up_to: docs/books.md says byte by byte what is hashed.
CREATE TABLE ledger_seal (
  merchant_id   integer NOT NULL REFERENCES merchant (id),
  n             integer NOT NULL CHECK (n > 0),
  up_to         bigint NOT NULL,
  movements     integer NOT NULL CHECK (movements > 0),
  previous_hash text NOT NULL,
  hash          text NOT NULL,
  sealed_at     timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, n)
);
CREATE TRIGGER ledger_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seal
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

-- The last time the balances, or the chain of seals, were checked against the ledger: how far it has come, what it found.
CREATE TABLE books_check (
  merchant_id integer NOT NULL REFERENCES merchant (id),
  what        text NOT NULL CHECK (what IN ('balances', 'seals')),
  actor       text NOT NULL,
  started_at  timestamptz NOT NULL,
  -- items or seals looked at, of how many
  done        integer NOT NULL,
  total       integer NOT NULL,
  finished_at timestamptz,
  -- balances that differ, seals that are broken; null until it is finished
  wrong       integer,
  PRIMARY KEY (merchant_id, what)
);
