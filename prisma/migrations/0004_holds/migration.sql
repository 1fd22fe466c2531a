-- A client of the merchant's, by their own knowledge. The ledger names only the row's id, so a name can be erased.
CREATE TABLE client (
  merchant_id integer NOT NULL REFERENCES merchant (id),
  id          serial NOT NULL,
  -- null: erased
  name        text,
  contact     text,
  made_by     text NOT NULL,
  made_at     timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, id)
);
CREATE INDEX client_name ON client (merchant_id, name, id);

-- What a merchant allows of keeping pieces aside: one row a merchant, none until something was changed.
CREATE TABLE hold_policy (
  merchant_id          integer PRIMARY KEY REFERENCES merchant (id),
  roles                text[] NOT NULL,
  longest_hours        integer NOT NULL CHECK (longest_hours > 0),
  most_renewals        integer NOT NULL CHECK (most_renewals >= 0),
  most_per_person      integer NOT NULL CHECK (most_per_person > 0),
  most_per_client      integer NOT NULL CHECK (most_per_client > 0),
  -- from which value on a deposit must be noted, minor units of the merchant's currency; null: never
  deposit_above_minor  integer CHECK (deposit_above_minor >= 0),
  -- how long a cart keeps its pieces after each call, and at most from its first one
  cart_minutes         integer NOT NULL CHECK (cart_minutes > 0),
  cart_longest_minutes integer NOT NULL CHECK (cart_longest_minutes >= cart_minutes),
  -- what lies in Shopify's checkouts is kept aside on the other channels
  checkouts            boolean NOT NULL DEFAULT false
);

-- Pieces set aside for a client until a moment.
CREATE TABLE hold (
  merchant_id integer NOT NULL,
  id          serial NOT NULL,
  item_id     integer NOT NULL,
  client_id   integer NOT NULL,
  person_id   integer NOT NULL,
  quantity    integer NOT NULL CHECK (quantity > 0),
  until       timestamptz NOT NULL,
  status      text NOT NULL CHECK (status IN ('active', 'released', 'expired', 'converted')),
  renewals    integer NOT NULL DEFAULT 0 CHECK (renewals >= 0),
  -- what was noted of a deposit
  remark_id   bigint,
  -- the form that made it: sent twice, it makes one
  token       text NOT NULL,
  -- the item's stock_seq once the pieces were held: a number computed from it, or a later one, is without them
  stock_seq   bigint NOT NULL,
  made_at     timestamptz NOT NULL,
  ended_at    timestamptz,
  ended_by    text,
  PRIMARY KEY (merchant_id, id),
  UNIQUE (merchant_id, token),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id),
  FOREIGN KEY (merchant_id, client_id) REFERENCES client (merchant_id, id),
  FOREIGN KEY (merchant_id, person_id) REFERENCES person (merchant_id, id),
  FOREIGN KEY (merchant_id, remark_id) REFERENCES remark (merchant_id, id),
  CHECK ((status = 'active') = (ended_at IS NULL))
);
CREATE INDEX hold_due ON hold (until) WHERE status = 'active';
CREATE INDEX hold_first ON hold (merchant_id, until, id) WHERE status = 'active';
CREATE INDEX hold_item ON hold (merchant_id, item_id) WHERE status = 'active';
CREATE INDEX hold_client ON hold (merchant_id, client_id) WHERE status = 'active';
CREATE INDEX hold_person ON hold (merchant_id, person_id) WHERE status = 'active';
CREATE INDEX hold_ended ON hold (merchant_id, ended_at DESC, id) WHERE status <> 'active';

-- Where the held pieces lie; nothing is left of it when the hold has ended.
CREATE TABLE hold_allocation (
  merchant_id integer NOT NULL,
  hold_id     integer NOT NULL,
  item_id     integer NOT NULL,
  location_id integer NOT NULL,
  quantity    integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (merchant_id, hold_id, location_id),
  FOREIGN KEY (merchant_id, hold_id) REFERENCES hold (merchant_id, id),
  FOREIGN KEY (merchant_id, location_id) REFERENCES location (merchant_id, id)
);
CREATE INDEX hold_allocation_place ON hold_allocation (merchant_id, item_id, location_id);

-- Lets a shop front of the merchant's own keep aside what lies in its carts. The secret is shown once and only its hash
-- is kept.
CREATE TABLE api_key (
  merchant_id integer NOT NULL,
  id          serial NOT NULL,
  -- the channel whose orders the carts become
  account_id  integer NOT NULL,
  name        text NOT NULL,
  -- the half of the key that may be read: what it is found by
  prefix      text NOT NULL UNIQUE,
  hash        bytea NOT NULL,
  -- the address of a page in a browser that may use it; null: only servers
  origin      text,
  -- calls that may be made at once, as of allowance_at
  allowance   double precision NOT NULL,
  allowance_at timestamptz NOT NULL,
  -- the form that made it
  token       text NOT NULL,
  made_by     text NOT NULL,
  made_at     timestamptz NOT NULL,
  revoked_at  timestamptz,
  revoked_by  text,
  PRIMARY KEY (merchant_id, id),
  UNIQUE (merchant_id, token),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id)
);
CREATE INDEX api_key_origin ON api_key (origin) WHERE origin IS NOT NULL AND revoked_at IS NULL;

-- A shopper's cart, by the name the shop front has for it.
CREATE TABLE cart (
  merchant_id       integer NOT NULL,
  id                bigserial NOT NULL,
  account_id        integer NOT NULL,
  external_id       text NOT NULL,
  -- of the last call that was heard: an older one, or the same again, changes nothing
  version           bigint NOT NULL,
  until             timestamptz NOT NULL,
  status            text NOT NULL CHECK (status IN ('active', 'given_up', 'expired', 'converted')),
  -- the order it has become, where the shop front has said so before the channel
  order_external_id text,
  -- counts what was booked for it; a part of the keys
  revision          integer NOT NULL DEFAULT 0,
  -- since when it keeps something aside without a break
  made_at           timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, id),
  UNIQUE (merchant_id, account_id, external_id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id)
);
CREATE INDEX cart_due ON cart (until) WHERE status = 'active';
CREATE INDEX cart_order ON cart (merchant_id, account_id, order_external_id) WHERE order_external_id IS NOT NULL;

-- Where the pieces lie that are reserved for a cart.
CREATE TABLE cart_allocation (
  merchant_id integer NOT NULL,
  cart_id     bigint NOT NULL,
  item_id     integer NOT NULL,
  location_id integer NOT NULL,
  quantity    integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (merchant_id, cart_id, item_id, location_id),
  FOREIGN KEY (merchant_id, cart_id) REFERENCES cart (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id),
  FOREIGN KEY (merchant_id, location_id) REFERENCES location (merchant_id, id)
);
CREATE INDEX cart_allocation_place ON cart_allocation (merchant_id, item_id, location_id);

-- "When did this channel first confirm a number that is without it?"
CREATE INDEX publication_confirmed ON publication (merchant_id, listing_id, stock_seq) WHERE outcome = 'accepted';
