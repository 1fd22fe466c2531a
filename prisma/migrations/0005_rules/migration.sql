-- What the jeweler calls its kind: "Rings". Shopify's product type where the connector knows it.
ALTER TABLE item ADD COLUMN category text;
CREATE INDEX item_category ON item (merchant_id, category) WHERE category IS NOT NULL;

-- A rule is its versions: what it said, from one of our moments until another. Rows are added and closed, never changed,
-- so that the rules in force at any past second can be read.
CREATE TABLE rule_version (
  merchant_id integer NOT NULL REFERENCES merchant (id),
  rule_id     integer NOT NULL,
  version     integer NOT NULL,
  kind        text NOT NULL CHECK (kind IN (
    'excluded', 'only_places', 'not_places', 'percentage', 'safety_stock', 'throttle', 'never_last', 'minimum', 'maximum'
  )),
  -- where it holds, as one word that an index finds: "<account or *>|<shop, category or item>|<which>" (pool/rule.ts)
  scope       text NOT NULL,
  item_id     integer,
  category    text,
  account_id  integer,
  -- pieces; per cent for a percentage; 1 or 0 for what is or is not
  quantity    integer NOT NULL CHECK (quantity >= 0),
  -- throttle: how many pieces are few, and from what lag on a channel is slow
  low         integer,
  slow_ms     integer,
  places      integer[] NOT NULL DEFAULT '{}',
  -- when it holds; null: from now on, for good
  starts_at   timestamptz,
  ends_at     timestamptz,
  -- why, in a person's words: in a row that can be erased
  remark_id   bigint,
  owner_id    integer,
  review_on   date,
  saved_by    text NOT NULL,
  valid_from  timestamptz NOT NULL,
  valid_to    timestamptz,
  PRIMARY KEY (merchant_id, rule_id, version),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id),
  FOREIGN KEY (merchant_id, remark_id) REFERENCES remark (merchant_id, id),
  FOREIGN KEY (merchant_id, owner_id) REFERENCES person (merchant_id, id),
  CHECK (item_id IS NULL OR category IS NULL),
  CHECK (starts_at < ends_at),
  CHECK (valid_to >= valid_from)
);
CREATE SEQUENCE rule_id_seq AS integer;
CREATE INDEX rule_scope ON rule_version (merchant_id, scope, valid_from);

CREATE FUNCTION rules_keep_their_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL
    AND to_jsonb(NEW) - 'valid_to' = to_jsonb(OLD) - 'valid_to' THEN RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a version of a rule is closed, and nothing else';
END $$;
CREATE TRIGGER rule_version_history BEFORE UPDATE OR DELETE ON rule_version FOR EACH ROW EXECUTE FUNCTION rules_keep_their_history();

-- One row a merchant that has rules: the count of their changes, and when time next changes something about them.
CREATE TABLE rules_state (
  merchant_id integer NOT NULL PRIMARY KEY REFERENCES merchant (id),
  version     bigint NOT NULL DEFAULT 0,
  -- a schedule begins or ends
  boundary_at timestamptz,
  -- a channel's health is looked at, for throttles
  facts_at    timestamptz,
  -- pieces kept back in Shopify are looked at
  buffers_at  timestamptz
);
CREATE INDEX rules_boundary ON rules_state (boundary_at) WHERE boundary_at IS NOT NULL;
CREATE INDEX rules_facts ON rules_state (facts_at) WHERE facts_at IS NOT NULL;
CREATE INDEX rules_buffers ON rules_state (buffers_at) WHERE buffers_at IS NOT NULL;

-- Which of those changes was the last of a scope: the version a listing must have been published by is the highest of
-- the six scopes that it is in. Nothing is marked.
CREATE TABLE rules_changed (
  merchant_id integer NOT NULL REFERENCES merchant (id),
  scope       text NOT NULL,
  version     bigint NOT NULL,
  PRIMARY KEY (merchant_id, scope)
);

-- The rules' version that the last accepted number was computed by; due when behind.
ALTER TABLE listing ADD COLUMN published_rules bigint NOT NULL DEFAULT 0;

-- An account of which many listings may be behind the rules: from this one on they are looked at, some at a time. A row
-- a listing would be half a million of them, for a channel that takes hours to be told as many numbers.
CREATE TABLE rules_behind (
  merchant_id integer NOT NULL,
  account_id  integer NOT NULL,
  -- listings up to this one have been looked at
  looked_at   integer NOT NULL DEFAULT 0,
  since       timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, account_id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id)
);

-- How a channel was, as far as rules ask: a row whenever that changed. The number of a past second needs the facts of it.
CREATE TABLE channel_fact (
  merchant_id integer NOT NULL,
  account_id  integer NOT NULL,
  at          timestamptz NOT NULL,
  p95_ms      integer,
  healthy     boolean NOT NULL,
  PRIMARY KEY (merchant_id, account_id, at),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id)
);

-- What would change if a rule were saved, ended or undone: asked for first, and saving carries it.
CREATE TABLE rule_preview (
  merchant_id   integer NOT NULL REFERENCES merchant (id),
  id            serial NOT NULL,
  change        text NOT NULL CHECK (change IN ('save', 'end', 'undo')),
  -- null: a new rule
  rule_id       integer,
  -- what it would say; null: it would not be there any more
  draft         jsonb,
  -- the rules as they were when it was asked
  rules_version bigint NOT NULL,
  asked_by      text NOT NULL,
  asked_at      timestamptz NOT NULL,
  done          integer NOT NULL DEFAULT 0,
  total         integer,
  finished_at   timestamptz,
  summary       jsonb,
  used_at       timestamptz,
  PRIMARY KEY (merchant_id, id)
);

-- Of the safety stock that lies in a place of a channel with a ledger of its own, what a rule for that channel put
-- there: the other channels may still sell it.
CREATE TABLE rule_buffer (
  merchant_id integer NOT NULL,
  item_id     integer NOT NULL,
  location_id integer NOT NULL,
  account_id  integer NOT NULL,
  quantity    integer NOT NULL CHECK (quantity >= 0),
  -- counts its changes; a part of their keys
  revision    integer NOT NULL DEFAULT 0,
  PRIMARY KEY (merchant_id, item_id, location_id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id),
  FOREIGN KEY (merchant_id, location_id) REFERENCES location (merchant_id, id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id)
);

-- An item's balances as they were at a moment: a past second of an item that has moved a hundred thousand times is
-- folded from the last one before it. `seq`: the item's stock_seq then.
CREATE TABLE balance_checkpoint (
  merchant_id integer NOT NULL,
  item_id     integer NOT NULL,
  at          timestamptz NOT NULL,
  seq         bigint NOT NULL,
  -- [{"locationId", "state", "quantity"}]
  balances    jsonb NOT NULL,
  PRIMARY KEY (merchant_id, item_id, at),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);
-- When the merchant's busy items get their next one.
CREATE TABLE checkpoint_round (
  merchant_id integer NOT NULL PRIMARY KEY REFERENCES merchant (id),
  next_at     timestamptz NOT NULL
);
CREATE INDEX checkpoint_round_next ON checkpoint_round (next_at);

-- A past second of an item: what had been recorded by then.
CREATE INDEX movement_recorded ON movement (merchant_id, item_id, recorded_at);
-- What a listing had been told by a past second.
CREATE INDEX publication_sent ON publication (merchant_id, listing_id, sent_at);
