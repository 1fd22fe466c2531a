-- Businesses and people that lend us pieces or keep ours: vendors, consignees, carriers. The ledger names only the row's
-- id, so that a name can be erased.
CREATE TABLE partner (
  merchant_id integer NOT NULL REFERENCES merchant (id),
  id          serial NOT NULL,
  -- null: erased
  name        text,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, id)
);

-- What a place is for. It was free text; only these two words were ever written.
UPDATE location SET kind = 'elsewhere' WHERE kind NOT IN ('store', 'elsewhere');
ALTER TABLE location
  -- what is done at a bench; null: any work
  ADD COLUMN work text CHECK (work IN ('resizing', 'repair', 'polishing', 'quality_check', 'photo')),
  -- whose the pieces are that lie there
  ADD COLUMN owner text NOT NULL DEFAULT 'ours' CHECK (owner IN ('ours', 'vendor', 'client')),
  ADD COLUMN partner_id integer,
  -- how long a piece usually stays that is not for sale; null: what is usual for such a place
  ADD COLUMN expected_hours integer CHECK (expected_hours > 0),
  -- what comes back from here to where it is sold must have passed a check
  ADD COLUMN needs_check boolean NOT NULL DEFAULT false,
  -- its kind was guessed from its name: a person has not looked at it yet
  ADD COLUMN guessed boolean NOT NULL DEFAULT false,
  ADD FOREIGN KEY (merchant_id, partner_id) REFERENCES partner (merchant_id, id),
  ADD CONSTRAINT location_kind_is_known CHECK (kind IN (
    'safe', 'store', 'memo_in', 'memo_out', 'bench', 'hold_shelf', 'offsite', 'transit', 'inspection', 'elsewhere'
  )),
  ADD CONSTRAINT work_is_done_at_a_bench CHECK (work IS NULL OR kind = 'bench'),
  ADD CONSTRAINT work_in_progress_is_not_for_sale CHECK (
    NOT (sellable AND kind IN ('bench', 'transit', 'inspection', 'memo_out', 'hold_shelf'))
  ),
  ADD CONSTRAINT clients_pieces_are_not_for_sale CHECK (NOT (sellable AND owner = 'client'));

-- How long pieces usually stay, in hours: at a place that does not sell by its kind and work.
CREATE FUNCTION usual_hours(kind text, work text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN kind = 'bench' THEN CASE work
      WHEN 'resizing' THEN 96 WHEN 'repair' THEN 168 WHEN 'polishing' THEN 48
      WHEN 'quality_check' THEN 24 WHEN 'photo' THEN 24 ELSE 168 END
    WHEN kind = 'transit' THEN 72
    WHEN kind = 'inspection' THEN 48
    WHEN kind = 'hold_shelf' THEN 336
    WHEN kind IN ('memo_in', 'memo_out') THEN 720
    ELSE 720
  END
$$;

-- The clock of a piece that is not for sale, in hours. At a place that sells the state has a clock of its own; what is
-- held has its hold's, and a safety stock its review date.
CREATE FUNCTION stay_hours(sellable boolean, expected integer, kind text, work text, state stock_state)
RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN NOT sellable THEN COALESCE(expected, usual_hours(kind, work))
    WHEN state = 'in_work' THEN 168
    WHEN state = 'quality_check' THEN 24
    WHEN state = 'damaged' THEN 336
  END
$$;

-- Pieces that lie somewhere and are not for sale, since when and until when. For every item, place and state that is not
-- for sale the rows' quantity_left is the balance: kept in the same transaction (pool/stay.server.ts).
CREATE TABLE stay (
  merchant_id   integer NOT NULL,
  id            bigserial NOT NULL,
  item_id       integer NOT NULL,
  location_id   integer NOT NULL,
  state         stock_state NOT NULL,
  quantity      integer NOT NULL CHECK (quantity > 0),
  quantity_left integer NOT NULL CHECK (quantity_left >= 0 AND quantity_left <= quantity),
  since         timestamptz NOT NULL,
  -- null: its clock is kept elsewhere (a hold, a rule)
  due_at        timestamptz,
  partner_id    integer,
  -- what a person wrote: "remark/12"
  remark        text,
  -- where it goes from a place in transit
  bound_for     integer,
  -- it must pass a check before it is for sale again, wherever it went in between
  check_owed    boolean NOT NULL DEFAULT false,
  -- since when its incident is open; null: none is
  overdue_at    timestamptz,
  PRIMARY KEY (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id),
  FOREIGN KEY (merchant_id, location_id) REFERENCES location (merchant_id, id),
  FOREIGN KEY (merchant_id, bound_for) REFERENCES location (merchant_id, id),
  FOREIGN KEY (merchant_id, partner_id) REFERENCES partner (merchant_id, id)
);
CREATE INDEX stay_open ON stay (merchant_id, item_id, location_id) WHERE quantity_left > 0;
CREATE INDEX stay_of_shop ON stay (merchant_id, due_at, id) WHERE quantity_left > 0;
CREATE INDEX stay_of_place ON stay (merchant_id, location_id, due_at, id) WHERE quantity_left > 0;
-- Time looks here, over all merchants: what becomes overdue next, and which incidents are over.
CREATE INDEX stay_due ON stay (due_at) WHERE quantity_left > 0 AND overdue_at IS NULL;
CREATE INDEX stay_over ON stay (overdue_at) WHERE overdue_at IS NOT NULL AND (quantity_left = 0 OR due_at > overdue_at);

-- Pieces that lie somewhere already: nobody knows since when each does, so their clock begins with the last movement there.
INSERT INTO stay (merchant_id, item_id, location_id, state, quantity, quantity_left, since, due_at)
SELECT b.merchant_id, b.item_id, b.location_id, s.state, s.n, s.n, m.at,
  m.at + stay_hours(l.sellable, l.expected_hours, l.kind, l.work, s.state) * interval '1 hour'
FROM balance b
JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id
CROSS JOIN LATERAL (VALUES
  ('available'::stock_state, CASE WHEN l.sellable THEN 0 ELSE b.available END), ('held', b.held), ('in_work', b.in_work),
  ('quality_check', b.quality_check), ('damaged', b.damaged), ('safety_stock', b.safety_stock)
) AS s (state, n)
CROSS JOIN LATERAL (SELECT max(recorded_at) AS at FROM movement m
  WHERE m.merchant_id = b.merchant_id AND m.item_id = b.item_id AND (m.from_location = b.location_id OR m.to_location = b.location_id)) m
WHERE s.n > 0 AND m.at IS NOT NULL;

-- A check that a piece passed or failed: by whom, when.
CREATE TABLE piece_check (
  merchant_id integer NOT NULL,
  id          bigserial NOT NULL,
  -- the change of the ledger that moved it
  key         text NOT NULL,
  item_id     integer NOT NULL,
  location_id integer NOT NULL,
  quantity    integer NOT NULL CHECK (quantity > 0),
  passed      boolean NOT NULL,
  actor       text NOT NULL,
  checked_at  timestamptz NOT NULL,
  remark      text NOT NULL,
  PRIMARY KEY (merchant_id, id),
  UNIQUE (merchant_id, key),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id),
  FOREIGN KEY (merchant_id, location_id) REFERENCES location (merchant_id, id)
);
CREATE INDEX piece_check_item ON piece_check (merchant_id, item_id, id);

-- Goods that come from a supplier: what was expected, what was counted.
CREATE TABLE delivery (
  merchant_id integer NOT NULL REFERENCES merchant (id),
  id          serial NOT NULL,
  -- the form's own: opened once
  token       text NOT NULL,
  partner_id  integer,
  -- the number on the supplier's papers
  reference   text NOT NULL DEFAULT '',
  -- where it is expected
  location_id integer NOT NULL,
  expected_on date,
  opened_by   text NOT NULL,
  opened_at   timestamptz NOT NULL,
  closed_by   text,
  closed_at   timestamptz,
  PRIMARY KEY (merchant_id, id),
  UNIQUE (merchant_id, token),
  FOREIGN KEY (merchant_id, partner_id) REFERENCES partner (merchant_id, id),
  FOREIGN KEY (merchant_id, location_id) REFERENCES location (merchant_id, id)
);
CREATE INDEX delivery_recent ON delivery (merchant_id, opened_at DESC, id DESC);

CREATE TABLE delivery_line (
  merchant_id integer NOT NULL,
  delivery_id integer NOT NULL,
  item_id     integer NOT NULL,
  -- 0: nobody expected it
  expected    integer NOT NULL CHECK (expected >= 0),
  received    integer NOT NULL DEFAULT 0 CHECK (received >= 0),
  PRIMARY KEY (merchant_id, delivery_id, item_id),
  FOREIGN KEY (merchant_id, delivery_id) REFERENCES delivery (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);

-- The places a channel has, as it last told of them.
CREATE TABLE channel_place (
  merchant_id  integer NOT NULL,
  account_id   integer NOT NULL,
  external_id  text NOT NULL,
  name         text NOT NULL,
  -- what lies there is sold by the channel
  sells_online boolean NOT NULL,
  active       boolean NOT NULL,
  seen_at      timestamptz NOT NULL,
  -- a mapping was changed: its numbers and ours are being brought together, and until then no difference there is a
  -- person's doing. 'ours': it is told ours; 'theirs': our books take over its own
  settling     text CHECK (settling IN ('ours', 'theirs')),
  -- of that, the work that does it: the next change of the mapping counts on
  revision     integer NOT NULL DEFAULT 0,
  PRIMARY KEY (merchant_id, account_id, external_id),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id)
);
INSERT INTO channel_place (merchant_id, account_id, external_id, name, sells_online, active, seen_at)
SELECT m.merchant_id, m.account_id, m.external_id, l.name, l.sellable, true, a.connected_at
FROM location_mapping m
JOIN location l ON l.merchant_id = m.merchant_id AND l.id = m.location_id
JOIN channel_account a ON a.merchant_id = m.merchant_id AND a.id = m.account_id;

-- Several places may stand under one quantity name of one place of a channel (five benches under quality_control), but
-- only one can be it as a whole, and a place of ours is at one place of a channel: or its pieces would count twice.
ALTER TABLE location_mapping
  DROP CONSTRAINT location_mapping_pkey,
  DROP CONSTRAINT location_mapping_merchant_id_account_id_location_id_key,
  ADD PRIMARY KEY (merchant_id, account_id, location_id),
  ADD FOREIGN KEY (merchant_id, account_id, external_id) REFERENCES channel_place (merchant_id, account_id, external_id),
  ADD CONSTRAINT quantity_name_is_known CHECK (
    quantity_name IN ('available', 'reserved', 'quality_control', 'damaged', 'safety_stock')
  );
CREATE UNIQUE INDEX location_mapping_whole ON location_mapping (merchant_id, account_id, external_id) WHERE quantity_name = 'available';
CREATE INDEX location_mapping_place ON location_mapping (merchant_id, account_id, external_id);

-- What a mapping would change, read before anybody decides it: newest look for a place of ours at a place of a channel.
CREATE TABLE mapping_look (
  merchant_id   integer NOT NULL,
  account_id    integer NOT NULL,
  location_id   integer NOT NULL,
  external_id   text NOT NULL,
  quantity_name text NOT NULL,
  asked_at      timestamptz NOT NULL,
  -- null: it is being read
  looked_at     timestamptz,
  -- items whose numbers are not the same, and pieces by which
  items         integer NOT NULL DEFAULT 0,
  pieces        integer NOT NULL DEFAULT 0,
  -- the first of them, for a person
  examples      jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (merchant_id, account_id, location_id),
  FOREIGN KEY (merchant_id, location_id) REFERENCES location (merchant_id, id),
  FOREIGN KEY (merchant_id, account_id, external_id) REFERENCES channel_place (merchant_id, account_id, external_id)
);

-- Who changed a place, when, and what it was before and after.
CREATE TABLE place_change (
  merchant_id integer NOT NULL,
  id          bigserial NOT NULL,
  location_id integer NOT NULL,
  at          timestamptz NOT NULL,
  actor       text NOT NULL,
  before      jsonb NOT NULL,
  after       jsonb NOT NULL,
  PRIMARY KEY (merchant_id, id),
  FOREIGN KEY (merchant_id, location_id) REFERENCES location (merchant_id, id)
);
CREATE INDEX place_change_place ON place_change (merchant_id, location_id, at);
