-- The tenant. Every other row carries the merchant, every foreign key includes it.
CREATE TABLE merchant (
  id         serial PRIMARY KEY,
  name       text NOT NULL,
  time_zone  text NOT NULL,
  currency   char(3) NOT NULL,
  created_at timestamptz NOT NULL
);

-- Shopify sessions, in the shape @shopify/shopify-app-session-storage-prisma reads; tokens are sealed before they get here.
CREATE TABLE "Session" (
  "id" text PRIMARY KEY,
  "shop" text NOT NULL,
  "state" text NOT NULL,
  "isOnline" boolean NOT NULL DEFAULT false,
  "scope" text,
  "expires" timestamp(3),
  "accessToken" text NOT NULL,
  "userId" bigint,
  "firstName" text,
  "lastName" text,
  "email" text,
  "accountOwner" boolean NOT NULL DEFAULT false,
  "locale" text,
  "collaborator" boolean DEFAULT false,
  "emailVerified" boolean DEFAULT false,
  "refreshToken" text,
  "refreshTokenExpires" timestamp(3)
);

-- A shop of the merchant on a channel. A Shopify store is one too.
CREATE TABLE channel_account (
  merchant_id   integer NOT NULL REFERENCES merchant (id),
  id            serial NOT NULL,
  channel       text NOT NULL,
  external_id   text NOT NULL,
  name          text NOT NULL,
  -- connecting: known, nothing read yet; importing: being read; review: a person must look before it is written to;
  -- open: in step; off: disconnected or uninstalled, nothing is written
  status        text NOT NULL CHECK (status IN ('connecting', 'importing', 'review', 'open', 'off')),
  connected_at  timestamptz NOT NULL,
  opened_at     timestamptz,
  -- channel-clock time up to which a complete poll of its orders has been ingested
  watermark     timestamptz,
  -- an absolute write was sent and the order read it owes has not been made
  read_owed     boolean NOT NULL DEFAULT false,
  credentials   text,
  limiter       jsonb,
  PRIMARY KEY (merchant_id, id),
  UNIQUE (id)
);
-- One external shop belongs to one merchant at a time.
CREATE UNIQUE INDEX channel_account_external ON channel_account (channel, external_id) WHERE status <> 'off' OR channel = 'shopify';
CREATE INDEX channel_account_status ON channel_account (status);

CREATE TABLE person (
  merchant_id integer NOT NULL REFERENCES merchant (id),
  id          serial NOT NULL,
  -- the ID token's sub
  subject     text NOT NULL,
  name        text,
  role        text NOT NULL CHECK (role IN ('owner', 'manager', 'staff', 'viewer')),
  first_seen  timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, id),
  UNIQUE (merchant_id, subject)
);

CREATE TABLE location (
  merchant_id integer NOT NULL REFERENCES merchant (id),
  id          serial NOT NULL,
  name        text NOT NULL,
  kind        text NOT NULL,
  sellable    boolean NOT NULL,
  -- the merchant's order of taking: low first
  rank        integer NOT NULL,
  archived_at timestamptz,
  PRIMARY KEY (merchant_id, id)
);

-- Which (place, quantity name) of a channel a location of ours is. quantity_name 'available' means that every state
-- maps to the channel's state of the same meaning.
CREATE TABLE location_mapping (
  merchant_id   integer NOT NULL,
  account_id    integer NOT NULL,
  external_id   text NOT NULL,
  quantity_name text NOT NULL,
  location_id   integer NOT NULL,
  PRIMARY KEY (merchant_id, account_id, external_id, quantity_name),
  UNIQUE (merchant_id, account_id, location_id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id),
  FOREIGN KEY (merchant_id, location_id) REFERENCES location (merchant_id, id)
);

CREATE TABLE item (
  merchant_id   integer NOT NULL REFERENCES merchant (id),
  id            serial NOT NULL,
  sku           text NOT NULL,
  title         text NOT NULL,
  variant       text NOT NULL DEFAULT '',
  kind          text NOT NULL CHECK (kind IN ('replenishable', 'one_of_one', 'made_to_order', 'bundle')),
  -- the merchant sells it beyond its stock on purpose
  backorder     boolean NOT NULL DEFAULT false,
  tracked       boolean NOT NULL DEFAULT true,
  -- why nothing is published until a person decides: null when nothing stands in the way
  undecided     text,
  -- when a person did
  decided_at    timestamptz,
  price_minor   integer,
  currency      char(3),
  status        text NOT NULL CHECK (status IN ('active', 'archived', 'deleted')),
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, id)
);
CREATE INDEX item_sku ON item (merchant_id, sku);
CREATE INDEX item_title ON item (merchant_id, title, id);

CREATE TABLE listing (
  merchant_id        integer NOT NULL,
  id                 serial NOT NULL,
  account_id         integer NOT NULL,
  -- null: nobody has said yet what it is
  item_id            integer,
  external_id        text NOT NULL,
  variant_id         text NOT NULL DEFAULT '',
  sku                text NOT NULL DEFAULT '',
  title              text NOT NULL,
  attributes         jsonb NOT NULL DEFAULT '{}',
  url                text,
  status             text NOT NULL CHECK (status IN ('active', 'inactive', 'sold_out', 'expired', 'draft', 'dead')),
  price_minor        integer,
  currency           char(3),
  -- what the channel last showed, and when that was seen there (channel read, write answer); seen_at null: it must be
  -- read again before it is believed
  shown              integer,
  seen_at            timestamptz,
  -- pieces that it showed less than expected at seen_at and no order has explained yet: perhaps sold, so not offered
  unexplained        integer NOT NULL DEFAULT 0 CHECK (unexplained >= 0),
  -- since when what it shows is what the pool says; null while they differ
  agreed_since       timestamptz,
  -- the item's stock_seq that the last accepted publication was computed from; due when behind
  published_seq      bigint NOT NULL DEFAULT -1,
  published_quantity integer,
  PRIMARY KEY (merchant_id, id),
  UNIQUE (merchant_id, account_id, external_id, variant_id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);
CREATE INDEX listing_item ON listing (merchant_id, item_id);
CREATE INDEX listing_account ON listing (account_id, id);

-- "Are these the same thing?" A person's no is remembered.
CREATE TABLE match_proposal (
  merchant_id integer NOT NULL,
  listing_id  integer NOT NULL,
  item_id     integer NOT NULL,
  evidence    jsonb NOT NULL,
  score       integer NOT NULL,
  answer      text CHECK (answer IN ('accepted', 'refused')),
  answered_by text,
  answered_at timestamptz,
  PRIMARY KEY (merchant_id, listing_id, item_id),
  FOREIGN KEY (merchant_id, listing_id) REFERENCES listing (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);

CREATE TYPE stock_state AS ENUM (
  'available', 'reserved', 'held', 'in_work', 'quality_check', 'damaged', 'safety_stock', 'incoming',
  'opening', 'supplier', 'customer', 'lost', 'found', 'correction'
);

-- The fold of the ledger, kept in the same transaction. version counts the row's changes: an item's stock_seq is the
-- sum over its rows, which grows with every commit whatever the interleaving, without a row that all must lock.
CREATE TABLE balance (
  merchant_id   integer NOT NULL,
  item_id       integer NOT NULL,
  location_id   integer NOT NULL,
  available     integer NOT NULL DEFAULT 0 CHECK (available >= 0),
  reserved      integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  held          integer NOT NULL DEFAULT 0 CHECK (held >= 0),
  in_work       integer NOT NULL DEFAULT 0 CHECK (in_work >= 0),
  quality_check integer NOT NULL DEFAULT 0 CHECK (quality_check >= 0),
  damaged       integer NOT NULL DEFAULT 0 CHECK (damaged >= 0),
  safety_stock  integer NOT NULL DEFAULT 0 CHECK (safety_stock >= 0),
  incoming      integer NOT NULL DEFAULT 0 CHECK (incoming >= 0),
  version       bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (merchant_id, item_id, location_id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id),
  FOREIGN KEY (merchant_id, location_id) REFERENCES location (merchant_id, id)
) WITH (fillfactor = 70);

-- The ledger. Append only: quantity units of an item from one (location, state) to another, with who, when, why and
-- what caused it. All movements of one change carry its key, numbered by n, so that a change happens once.
CREATE TABLE movement (
  merchant_id   integer NOT NULL,
  item_id       integer NOT NULL,
  id            bigserial NOT NULL,
  key           text NOT NULL,
  n             integer NOT NULL,
  quantity      integer NOT NULL CHECK (quantity > 0),
  from_location integer,
  from_state    stock_state NOT NULL,
  to_location   integer,
  to_state      stock_state NOT NULL,
  reason        text NOT NULL,
  actor         text NOT NULL,
  cause         text NOT NULL,
  -- the channel account that did this to its own numbers already; null when no channel did
  account_id    integer,
  occurred_at   timestamptz NOT NULL,
  recorded_at   timestamptz NOT NULL,
  -- an item's history is read in order: this is that index too
  PRIMARY KEY (merchant_id, item_id, id),
  UNIQUE (merchant_id, key, n),
  -- an outside end has no location, an inside end has one
  CHECK ((from_location IS NULL) = (from_state >= 'opening')),
  CHECK ((to_location IS NULL) = (to_state >= 'opening')),
  CHECK (from_location IS NOT NULL OR to_location IS NOT NULL)
);

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append only';
END $$;
CREATE TRIGGER movement_append_only BEFORE UPDATE OR DELETE ON movement FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

-- The fact "stock changed", recorded with the movements and taken away when it has been handed to the channels. No
-- index: it is written on the hot path, nearly empty, and read whole.
CREATE TABLE stock_changed (
  merchant_id integer NOT NULL,
  key         text NOT NULL
);

-- What an absolute channel may have to be told: a hint of what to look at; whether it is due is derived.
CREATE TABLE listing_due (
  merchant_id integer NOT NULL,
  account_id  integer NOT NULL,
  listing_id  integer NOT NULL,
  -- a one-of-one piece: ahead of everything
  urgent      boolean NOT NULL DEFAULT false,
  -- how many there were when it was asked for: what there is least of comes first
  pieces      integer NOT NULL DEFAULT 0,
  since       timestamptz NOT NULL,
  not_before  timestamptz NOT NULL,
  -- grows with every change, so that what is asked while it is being published is not forgotten
  asked       integer NOT NULL DEFAULT 1,
  attempts    integer NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, listing_id),
  FOREIGN KEY (merchant_id, listing_id) REFERENCES listing (merchant_id, id)
);

-- What a channel that keeps its own ledger (Shopify) must be told: one row a movement, gone when it has been accepted.
-- The idempotency key is the movement's own, so a repeat is the same call.
CREATE TABLE mirror_due (
  merchant_id integer NOT NULL,
  account_id  integer NOT NULL,
  item_id     integer NOT NULL,
  movement_id bigint NOT NULL,
  since       timestamptz NOT NULL,
  -- when it was first sent: a repeat is safe only within the channel's idempotency window
  sent_at     timestamptz,
  -- a refusal of the channel parks the row for a person, with the reason
  parked      text,
  PRIMARY KEY (account_id, movement_id),
  FOREIGN KEY (merchant_id, item_id, movement_id) REFERENCES movement (merchant_id, item_id, id)
);

-- A number sent to a channel for a listing, and what became of it. Kept with its derivation: it can be recomputed.
CREATE TABLE publication (
  merchant_id integer NOT NULL,
  id          bigserial NOT NULL,
  account_id  integer NOT NULL,
  listing_id  integer NOT NULL,
  quantity    integer NOT NULL,
  stock_seq   bigint NOT NULL,
  derivation  jsonb NOT NULL,
  -- when the first change it answers to was recorded
  since       timestamptz NOT NULL,
  sent_at     timestamptz NOT NULL,
  answered_at timestamptz NOT NULL,
  outcome     text NOT NULL CHECK (outcome IN ('accepted', 'rejected', 'unknown')),
  reason      text,
  PRIMARY KEY (merchant_id, id),
  FOREIGN KEY (merchant_id, listing_id) REFERENCES listing (merchant_id, id)
);
CREATE INDEX publication_listing ON publication (merchant_id, listing_id, id);

CREATE TABLE channel_order (
  merchant_id  integer NOT NULL,
  id           bigserial NOT NULL,
  account_id   integer NOT NULL,
  external_id  text NOT NULL,
  name         text NOT NULL,
  placed_at    timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  cancelled_at timestamptz,
  -- placed before the account was connected: never moves stock
  history      boolean NOT NULL,
  -- "already taken out of Shopify?": null when it need not be asked
  taken_out    text CHECK (taken_out IN ('asked', 'yes', 'no')),
  currency     char(3) NOT NULL,
  url          text,
  -- counts the bookings that changed something; a part of their keys
  revision     integer NOT NULL DEFAULT 0,
  first_seen   timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, id),
  UNIQUE (merchant_id, account_id, external_id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id)
);
CREATE INDEX channel_order_placed ON channel_order (merchant_id, placed_at DESC);

CREATE TABLE order_line (
  merchant_id      integer NOT NULL,
  id               bigserial NOT NULL,
  order_id         bigint NOT NULL,
  external_id      text NOT NULL,
  listing_id       integer,
  item_id          integer,
  sku              text NOT NULL,
  title            text NOT NULL,
  takes_stock      boolean NOT NULL,
  quantity         integer NOT NULL CHECK (quantity >= 0),
  current_quantity integer NOT NULL CHECK (current_quantity >= 0),
  -- units we hold for it, units it was promised without stock, units that left, units that came back or were written off
  reserved         integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  short            integer NOT NULL DEFAULT 0 CHECK (short >= 0),
  shipped          integer NOT NULL DEFAULT 0 CHECK (shipped >= 0),
  returned         integer NOT NULL DEFAULT 0 CHECK (returned >= 0),
  -- pieces that a person said are not wanted any more, where the channel cannot say which
  given_back       integer NOT NULL DEFAULT 0 CHECK (given_back >= 0 AND given_back <= quantity),
  unit_price_minor integer NOT NULL,
  -- the channel sells it without stock on purpose
  backorder        boolean NOT NULL DEFAULT false,
  PRIMARY KEY (merchant_id, id),
  UNIQUE (merchant_id, order_id, external_id),
  FOREIGN KEY (merchant_id, order_id) REFERENCES channel_order (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id),
  CONSTRAINT line_effects_within_the_order CHECK (
    reserved + short + shipped - returned >= 0 AND reserved + short + shipped - returned <= current_quantity
  )
);
CREATE INDEX order_line_item ON order_line (merchant_id, item_id, id);

-- Where a line's units lie.
CREATE TABLE line_allocation (
  merchant_id integer NOT NULL,
  line_id     bigint NOT NULL,
  item_id     integer NOT NULL,
  location_id integer NOT NULL,
  reserved    integer NOT NULL CHECK (reserved >= 0),
  PRIMARY KEY (merchant_id, line_id, item_id, location_id),
  FOREIGN KEY (merchant_id, line_id) REFERENCES order_line (merchant_id, id)
);

CREATE INDEX line_allocation_place ON line_allocation (merchant_id, item_id, location_id) WHERE reserved > 0;

-- What was done for a line, once for each transition and channel event.
CREATE TABLE order_effect (
  merchant_id integer NOT NULL,
  line_id     bigint NOT NULL,
  transition  text NOT NULL CHECK (transition IN ('reserve', 'short', 'fill', 'release', 'ship', 'restock')),
  event       text NOT NULL,
  quantity    integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (merchant_id, line_id, transition, event),
  FOREIGN KEY (merchant_id, line_id) REFERENCES order_line (merchant_id, id)
);

-- Demand accepted without stock.
CREATE TABLE shortfall (
  merchant_id integer NOT NULL,
  id          bigserial NOT NULL,
  line_id     bigint NOT NULL,
  item_id     integer NOT NULL,
  account_id  integer NOT NULL,
  -- how many were short when it opened, and how many still are
  quantity    integer NOT NULL CHECK (quantity > 0),
  outstanding integer NOT NULL CHECK (outstanding >= 0 AND outstanding <= quantity),
  -- the merchant sells on purpose without stock: no incident
  backorder   boolean NOT NULL,
  opened_at   timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, id),
  FOREIGN KEY (merchant_id, line_id) REFERENCES order_line (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);
CREATE INDEX shortfall_open ON shortfall (merchant_id, item_id, id) WHERE outstanding > 0;

CREATE TABLE incident (
  merchant_id integer NOT NULL,
  id          bigserial NOT NULL,
  kind        text NOT NULL,
  -- what it is about: one open incident of a kind for each subject
  subject     text NOT NULL,
  sentence    text NOT NULL,
  item_id     integer,
  account_id  integer,
  value_minor integer,
  currency    char(3),
  opened_at   timestamptz NOT NULL,
  closed_at   timestamptz,
  closed_by   text,
  PRIMARY KEY (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);
CREATE UNIQUE INDEX incident_open ON incident (merchant_id, kind, subject) WHERE closed_at IS NULL;
CREATE INDEX incident_recent ON incident (merchant_id, opened_at DESC);

CREATE TABLE incident_note (
  merchant_id integer NOT NULL,
  incident_id bigint NOT NULL,
  n           serial NOT NULL,
  at          timestamptz NOT NULL,
  actor       text NOT NULL,
  sentence    text NOT NULL,
  PRIMARY KEY (merchant_id, incident_id, n),
  FOREIGN KEY (merchant_id, incident_id) REFERENCES incident (merchant_id, id)
);

-- Each event of a channel, kept once.
CREATE TABLE inbox_event (
  merchant_id integer NOT NULL,
  account_id  integer NOT NULL,
  event_id    text NOT NULL,
  topic       text NOT NULL,
  -- what it is about: an order, a product, a level; never the buyer
  subject     text NOT NULL,
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, topic, event_id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id)
);
CREATE INDEX inbox_event_received ON inbox_event (received_at);

-- Long work that can be watched and taken up again.
CREATE TABLE import_run (
  merchant_id integer NOT NULL,
  account_id  integer NOT NULL,
  stage       text NOT NULL,
  done        integer NOT NULL,
  total       integer,
  cursor      jsonb,
  sentence    text,
  started_at  timestamptz NOT NULL,
  moved_at    timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (merchant_id, account_id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id)
);

-- App-wide limits of a channel (Etsy counts per app key, over all merchants): one row a limit, lent out in blocks. The
-- only table without a merchant: the limit is the app's own.
CREATE TABLE app_limit (
  name       text PRIMARY KEY,
  state      jsonb NOT NULL,
  updated_at timestamptz NOT NULL
);

-- What a channel with a ledger of its own shows that ours does not say, found when it came back after being away: a
-- person looks at it before it is booked.
CREATE TABLE review_difference (
  merchant_id integer NOT NULL,
  account_id  integer NOT NULL,
  item_id     integer NOT NULL,
  location_id integer NOT NULL,
  state       stock_state NOT NULL,
  ours        integer NOT NULL,
  theirs      integer NOT NULL,
  found_at    timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, account_id, item_id, location_id, state),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id),
  FOREIGN KEY (merchant_id, location_id) REFERENCES location (merchant_id, id)
);
