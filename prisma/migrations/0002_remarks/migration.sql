-- What people wrote about what they did. The ledger is sealed and names only the row's id, so a text can be erased.
CREATE TABLE remark (
  merchant_id integer NOT NULL REFERENCES merchant (id),
  id          bigserial NOT NULL,
  actor       text NOT NULL,
  -- null: erased
  text        text,
  made_at     timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, id)
);
