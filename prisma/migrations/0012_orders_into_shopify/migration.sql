-- Since when a merchant's orders of other channels are made in their Shopify store; no row, or null: they are not. Only what was
-- placed after that is made: what came before was packed in whatever way it was packed then.
CREATE TABLE order_mirroring (
  merchant_id integer PRIMARY KEY REFERENCES merchant (id),
  account_id  integer NOT NULL,
  since       timestamptz,
  changed_by  text NOT NULL,
  changed_at  timestamptz NOT NULL,
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id)
);

-- An order of another channel and the one that stands for it in a store. Nothing of a buyer is in here: who they are is read
-- from the channel when the order is made, and never kept.
CREATE TABLE order_mirror (
  merchant_id   integer NOT NULL,
  order_id      bigint NOT NULL,
  -- the store's
  account_id    integer NOT NULL,
  -- what the store knows it by: found by this, it is never made twice
  stands_for    text NOT NULL,
  state         text NOT NULL CHECK (state IN ('unpaid', 'waiting', 'made', 'refused', 'not needed')),
  -- the store's order, once it is known
  external_id   text,
  name          text,
  url           text,
  -- why it was refused, or what of it a person must do: our words, or the channel's of a parcel
  reason        text,
  -- when it is to be looked at; null: when something happens
  due_at        timestamptz,
  -- it is being worked on by one who lets go of it by then
  claimed_until timestamptz,
  attempts      integer NOT NULL DEFAULT 0,
  -- when its making was sent last, whatever came of it
  sent_at       timestamptz,
  noted_at      timestamptz NOT NULL,
  made_at       timestamptz,
  PRIMARY KEY (merchant_id, order_id),
  UNIQUE (merchant_id, account_id, stands_for),
  FOREIGN KEY (merchant_id, order_id) REFERENCES channel_order (merchant_id, id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id),
  CHECK (state <> 'made' OR external_id IS NOT NULL)
);
CREATE INDEX order_mirror_due ON order_mirror (account_id, due_at) WHERE due_at IS NOT NULL;
-- Those that somebody looks for: not made, or with something for a person to do.
CREATE INDEX order_mirror_open ON order_mirror (merchant_id, order_id) WHERE state IN ('waiting', 'refused') OR reason IS NOT NULL;

-- A line as its channel has told it last, and how much of that the store has been told.
CREATE TABLE order_mirror_line (
  merchant_id  integer NOT NULL,
  order_id     bigint NOT NULL,
  external_id  text NOT NULL,
  quantity     integer NOT NULL,
  current      integer NOT NULL,
  shipped      integer NOT NULL,
  -- of those shipped, pieces the store knows to have been sent, by us or by itself
  carried_sent integer NOT NULL DEFAULT 0,
  PRIMARY KEY (merchant_id, order_id, external_id),
  FOREIGN KEY (merchant_id, order_id) REFERENCES order_mirror (merchant_id, order_id)
);

-- A parcel that was sent in the store, and what its channel was told of it.
CREATE TABLE order_mirror_parcel (
  merchant_id integer NOT NULL,
  order_id    bigint NOT NULL,
  external_id text NOT NULL,
  state       text NOT NULL CHECK (state IN ('due', 'told', 'known', 'refused')),
  -- a hash of its tracking when it was refused: with another one it is told again
  tracking    text,
  sent_at     timestamptz,
  PRIMARY KEY (merchant_id, order_id, external_id),
  FOREIGN KEY (merchant_id, order_id) REFERENCES order_mirror (merchant_id, order_id)
);

-- How many pieces of an item have left a made order in the store. What the store itself does to its stock then is not known:
-- what is found changed within these, soon after, is that, and not something a person did.
CREATE TABLE order_mirror_echo (
  merchant_id integer NOT NULL,
  id          bigserial NOT NULL,
  account_id  integer NOT NULL,
  order_id    bigint NOT NULL,
  item_id     integer NOT NULL,
  -- sent, or taken off or come back: only those can be for sale again
  back        boolean NOT NULL,
  quantity    integer NOT NULL CHECK (quantity > 0),
  until       timestamptz NOT NULL,
  -- what is being put right of it, to be sent until it is answered
  repair      jsonb,
  PRIMARY KEY (merchant_id, id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);
CREATE INDEX order_mirror_echo_item ON order_mirror_echo (account_id, item_id);

-- Pieces that left made orders as seen by the store so far, line by line of the store's.
CREATE TABLE order_mirror_left (
  merchant_id integer NOT NULL,
  order_id    bigint NOT NULL,
  external_id text NOT NULL,
  sent        integer NOT NULL,
  back        integer NOT NULL,
  PRIMARY KEY (merchant_id, order_id, external_id),
  FOREIGN KEY (merchant_id, order_id) REFERENCES order_mirror (merchant_id, order_id)
);

-- What the store has taken from its committed pieces for orders that never committed any: that number cannot be written,
-- so the pieces were put back under another of its names, and both are to be read with this in mind.
CREATE TABLE order_mirror_offset (
  merchant_id    integer NOT NULL,
  account_id     integer NOT NULL,
  item_id        integer NOT NULL,
  place          text NOT NULL,
  quantity       integer NOT NULL,
  PRIMARY KEY (merchant_id, account_id, item_id, place),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);
