-- Where pieces go to, and come from, when they become others: a ring resized, a set made or broken, a pair broken.
ALTER TYPE stock_state ADD VALUE 'converted';

-- How often it was said anew what an item is made of, or how: the high half of its stock_seq, which must grow even when
-- its parts become others that changed less often. 0: never, it is sold from stock of its own.
ALTER TABLE item ADD COLUMN composition integer NOT NULL DEFAULT 0;
-- Shopify computes its number from its parts and lists them in its orders; nobody writes it there.
ALTER TABLE item ADD COLUMN computed_there boolean NOT NULL DEFAULT false;
UPDATE item SET computed_there = true WHERE kind = 'bundle';
-- What is left of a pair when one of the two is lost: an item of its own, never for sale.
ALTER TABLE item ADD COLUMN half_of integer;
ALTER TABLE item ADD FOREIGN KEY (merchant_id, half_of) REFERENCES item (merchant_id, id);
CREATE UNIQUE INDEX item_half ON item (merchant_id, half_of) WHERE half_of IS NOT NULL;

-- What a bundle is made of, and since when: how many pieces of a stocked item one of it needs. A bundle has no stock of
-- its own. What was valid once stays, so that a past number can be explained.
CREATE TABLE bundle_component (
  merchant_id  integer NOT NULL,
  bundle_id    integer NOT NULL,
  -- item.composition as it was said then
  composition  integer NOT NULL,
  component_id integer NOT NULL,
  needs        integer NOT NULL CHECK (needs >= 1),
  since        timestamptz NOT NULL,
  -- null: it is made of this now
  until        timestamptz,
  actor        text NOT NULL,
  PRIMARY KEY (merchant_id, bundle_id, composition, component_id),
  FOREIGN KEY (merchant_id, bundle_id) REFERENCES item (merchant_id, id),
  FOREIGN KEY (merchant_id, component_id) REFERENCES item (merchant_id, id),
  CONSTRAINT no_bundle_of_itself CHECK (bundle_id <> component_id)
);
CREATE INDEX bundle_component_now ON bundle_component (merchant_id, bundle_id, component_id) WHERE until IS NULL;
CREATE INDEX bundle_component_part ON bundle_component (merchant_id, component_id, bundle_id);

-- What a bundle was made of when it was sold: the line takes, ships and gives back just these.
CREATE TABLE line_component (
  merchant_id  integer NOT NULL,
  line_id      bigint NOT NULL,
  component_id integer NOT NULL,
  needs        integer NOT NULL CHECK (needs >= 1),
  PRIMARY KEY (merchant_id, line_id, component_id),
  FOREIGN KEY (merchant_id, line_id) REFERENCES order_line (merchant_id, id),
  FOREIGN KEY (merchant_id, component_id) REFERENCES item (merchant_id, id)
);

-- What can be promised beside what lies ready, and how long it takes to make. Its row is locked whenever something is
-- promised to be made, so that the last of the capacity is promised once.
CREATE TABLE made_to_order (
  merchant_id integer NOT NULL,
  item_id     integer NOT NULL,
  capacity    integer NOT NULL CHECK (capacity >= 0),
  lead_days   integer NOT NULL CHECK (lead_days >= 0),
  -- counts what changes the number without moving a piece: a part of the item's stock_seq
  version     bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (merchant_id, item_id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);

-- Of what is outstanding, what was promised to be made, and by when: that is no oversell.
ALTER TABLE shortfall ADD COLUMN to_make integer NOT NULL DEFAULT 0;
ALTER TABLE shortfall ADD COLUMN make_by timestamptz;
ALTER TABLE shortfall ADD CONSTRAINT to_make_is_outstanding CHECK (to_make >= 0 AND to_make <= outstanding);
CREATE INDEX shortfall_line ON shortfall (merchant_id, line_id);

-- The fact that an item's number changed without a movement: other parts, more capacity, a promise to make.
ALTER TABLE stock_changed ADD COLUMN item_id integer;

-- Pieces that became others. The movements of one conversion carry its key; the pieces stand here too, so that the
-- history of a piece is followed from one item to the next without reading the ledger.
CREATE TABLE conversion (
  merchant_id integer NOT NULL REFERENCES merchant (id),
  id          bigserial NOT NULL,
  key         text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('resized', 'set broken', 'set made', 'pair broken', 'pair made whole')),
  actor       text NOT NULL,
  remark_id   bigint NOT NULL,
  made_at     timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, id),
  UNIQUE (merchant_id, key),
  FOREIGN KEY (merchant_id, remark_id) REFERENCES remark (merchant_id, id)
);

CREATE TABLE conversion_piece (
  merchant_id   integer NOT NULL,
  item_id       integer NOT NULL,
  conversion_id bigint NOT NULL,
  -- below 0: they became others; above: they were made
  quantity      integer NOT NULL CHECK (quantity <> 0),
  PRIMARY KEY (merchant_id, item_id, conversion_id),
  FOREIGN KEY (merchant_id, conversion_id) REFERENCES conversion (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);
CREATE INDEX conversion_piece_of ON conversion_piece (merchant_id, conversion_id);
