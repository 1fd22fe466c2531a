-- What waits to be told is told by risk: 0 the only one of its kind, 1 falls to the last piece or to nothing, 2 falls,
-- 3 comes back on sale, 4 is a restock of plenty. In it what sells fastest first.
ALTER TABLE listing_due
  DROP COLUMN urgent,
  ADD COLUMN risk smallint NOT NULL DEFAULT 1 CHECK (risk BETWEEN 0 AND 4),
  -- pieces sold in the last four weeks when it was asked for
  ADD COLUMN pace integer NOT NULL DEFAULT 0;
-- The next of a hundred thousand are found without sorting them.
CREATE INDEX listing_due_next ON listing_due (account_id, risk, pace DESC, pieces, since, listing_id);
CREATE INDEX listing_due_when ON listing_due (account_id, not_before);

-- The same for a channel that is told what moved.
ALTER TABLE mirror_due
  ADD COLUMN risk smallint NOT NULL DEFAULT 1 CHECK (risk BETWEEN 0 AND 4),
  -- a repeat is the same call only for as long as the channel remembers its key, counted from the first
  ADD COLUMN first_sent_at timestamptz;
CREATE INDEX mirror_due_next ON mirror_due (account_id, risk, movement_id) WHERE parked IS NULL;
CREATE INDEX mirror_due_item ON mirror_due (account_id, item_id, movement_id) WHERE parked IS NULL;

-- How fast each item sells: pieces ordered in the last four weeks, on all channels. Counted anew every hour; an item
-- that did not sell has no row.
CREATE TABLE item_pace (
  merchant_id integer NOT NULL,
  item_id     integer NOT NULL,
  sold        integer NOT NULL CHECK (sold > 0),
  counted_at  timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, item_id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);
ALTER TABLE merchant ADD COLUMN paced_at timestamptz;

-- A listing whose number its channel has refused again and again. It is not tried any more until a person says so, its
-- stock changes, or it is not what it was.
CREATE TABLE quarantine (
  merchant_id integer NOT NULL,
  listing_id  integer NOT NULL,
  account_id  integer NOT NULL,
  reason      text NOT NULL,
  since       timestamptz NOT NULL,
  -- the listing as it was then: status, number and what it says of itself
  listing_was text NOT NULL,
  PRIMARY KEY (merchant_id, listing_id),
  FOREIGN KEY (merchant_id, listing_id) REFERENCES listing (merchant_id, id)
);
CREATE INDEX quarantine_account ON quarantine (account_id);

ALTER TABLE channel_account
  -- what its numbers wait for, and until when about: the budget of the day, or the limit of the moment
  ADD COLUMN waits_for text CHECK (waits_for IN ('budget', 'limit')),
  ADD COLUMN waits_until timestamptz;

ALTER TABLE listing
  -- a number was sent and its answer not kept yet: whoever finds it so, after a death, reads it before believing it
  ADD COLUMN sent_at timestamptz;
-- Whose turn it is to be looked at.
CREATE INDEX listing_unseen ON listing (account_id, seen_at, id) WHERE item_id IS NOT NULL AND seen_at IS NOT NULL;
