-- Where the shop says so, a hold is a draft order of Shopify's own that keeps its pieces aside by itself until a moment.
ALTER TABLE hold_policy ADD COLUMN shopify_drafts boolean NOT NULL DEFAULT false;

-- A hold as the channel account's own draft order, made when the account is told of the hold.
CREATE TABLE hold_draft (
  merchant_id       integer NOT NULL,
  hold_id           integer NOT NULL,
  account_id        integer NOT NULL,
  -- what it is found by there: making one has no idempotency key
  key               text NOT NULL,
  -- wanted: not told yet; refused: it could not be one, and its pieces are moved; ended: from then on they are moved too
  state             text NOT NULL CHECK (state IN ('wanted', 'open', 'refused', 'ended')),
  external_id       text,
  -- what it keeps there, by the channel's ids, and until when, as the channel was told
  lines             jsonb NOT NULL DEFAULT '[]',
  until             timestamptz,
  -- the change of the ledger that ended it: told again, it is not told as a move
  end_key           text,
  -- why it could not be one
  reason            text,
  -- the order that a person there has made of it
  order_external_id text,
  PRIMARY KEY (merchant_id, hold_id, account_id),
  FOREIGN KEY (merchant_id, hold_id) REFERENCES hold (merchant_id, id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id),
  CHECK (state <> 'open' OR external_id IS NOT NULL)
);
CREATE INDEX hold_draft_open ON hold_draft (account_id, hold_id) WHERE state = 'open';
CREATE INDEX hold_draft_key ON hold_draft (merchant_id, account_id, key) WHERE state IN ('wanted', 'open');
CREATE INDEX hold_draft_order ON hold_draft (merchant_id, account_id, order_external_id)
  WHERE order_external_id IS NOT NULL AND state IN ('wanted', 'open');

-- A set on hold lies there as its parts, several at one place.
ALTER TABLE hold_allocation DROP CONSTRAINT hold_allocation_pkey,
  ADD PRIMARY KEY (merchant_id, hold_id, item_id, location_id);

-- What one set of a hold is made of, as it was when it was put on hold. No rows: it is just itself.
CREATE TABLE hold_component (
  merchant_id  integer NOT NULL,
  hold_id      integer NOT NULL,
  component_id integer NOT NULL,
  needs        integer NOT NULL CHECK (needs >= 1),
  PRIMARY KEY (merchant_id, hold_id, component_id),
  FOREIGN KEY (merchant_id, hold_id) REFERENCES hold (merchant_id, id),
  FOREIGN KEY (merchant_id, component_id) REFERENCES item (merchant_id, id)
);

-- The sets that a cart has asked for; what is kept for it are their parts.
CREATE TABLE cart_set (
  merchant_id integer NOT NULL,
  cart_id     bigint NOT NULL,
  bundle_id   integer NOT NULL,
  quantity    integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (merchant_id, cart_id, bundle_id),
  FOREIGN KEY (merchant_id, cart_id) REFERENCES cart (merchant_id, id),
  FOREIGN KEY (merchant_id, bundle_id) REFERENCES item (merchant_id, id)
);

-- A return that was told of before its parcel has come.
CREATE TABLE expected_return (
  merchant_id integer NOT NULL,
  id          bigserial NOT NULL,
  line_id     bigint NOT NULL,
  quantity    integer NOT NULL CHECK (quantity > 0),
  -- of those, still to come
  outstanding integer NOT NULL CHECK (outstanding >= 0 AND outstanding <= quantity),
  told_at     timestamptz NOT NULL,
  actor       text NOT NULL,
  -- the form that told of it
  token       text NOT NULL,
  -- a person said that it does not come
  ended_at    timestamptz,
  ended_by    text,
  PRIMARY KEY (merchant_id, id),
  UNIQUE (merchant_id, token),
  FOREIGN KEY (merchant_id, line_id) REFERENCES order_line (merchant_id, id),
  CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX expected_return_line ON expected_return (merchant_id, line_id, id);
CREATE INDEX expected_return_open ON expected_return (merchant_id, told_at) WHERE outstanding > 0;

-- "give back": a person said that pieces of a line are not wanted any more. Its form is sent twice and is done once.
ALTER TABLE order_effect DROP CONSTRAINT order_effect_transition_check,
  ADD CONSTRAINT order_effect_transition_check CHECK (transition IN ('reserve', 'short', 'fill', 'release', 'ship',
    'restock', 'return', 'exchange', 'replace', 'yield', 'claim', 'give back'));
