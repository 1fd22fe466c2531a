-- One-of-one: a piece of which the world has one. The ledger refuses what would make two (pool/ledger.server.ts, which
-- also makes those who bring one in wait for each other); this holds it for whoever would write past that. Only what comes in
-- from outside is looked at: a trigger on balances, even one that is never run, cost a reservation a fifth.
CREATE FUNCTION one_of_one_is_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM item WHERE merchant_id = NEW.merchant_id AND id = NEW.item_id AND kind = 'one_of_one')
    AND 1 < (SELECT sum(available + reserved + held + in_work + quality_check + damaged + safety_stock + incoming)
      FROM balance WHERE merchant_id = NEW.merchant_id AND item_id = NEW.item_id)
  THEN
    RAISE EXCEPTION 'a one-of-one piece is in the world once' USING ERRCODE = 'check_violation', CONSTRAINT = 'one_of_one_is_one';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER movement_brought_in AFTER INSERT ON movement FOR EACH ROW WHEN (NEW.from_location IS NULL)
  EXECUTE FUNCTION one_of_one_is_one();

CREATE FUNCTION one_of_one_was_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 < (SELECT sum(available + reserved + held + in_work + quality_check + damaged + safety_stock + incoming)
    FROM balance WHERE merchant_id = NEW.merchant_id AND item_id = NEW.id)
  THEN
    RAISE EXCEPTION 'what there is more than one of is not one of one' USING ERRCODE = 'check_violation', CONSTRAINT = 'one_of_one_is_one';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER item_became_one_of_one AFTER UPDATE OF kind ON item FOR EACH ROW
  WHEN (NEW.kind = 'one_of_one' AND OLD.kind <> 'one_of_one') EXECUTE FUNCTION one_of_one_was_one();

-- The SKU of a one-of-one piece is its own for ever, after it is sold or deleted too. Another item that comes with it is
-- kept, and not published: what a shop calls its things cannot be refused.
CREATE TABLE retired_sku (
  merchant_id integer NOT NULL,
  sku         text NOT NULL,
  item_id     integer NOT NULL,
  PRIMARY KEY (merchant_id, sku),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);

-- Two that have it at once are both undecided (catalog/things.server.ts), and it is neither's until one has another.
CREATE FUNCTION retire_sku() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO retired_sku (merchant_id, sku, item_id) SELECT NEW.merchant_id, NEW.sku, NEW.id
  WHERE NOT EXISTS (SELECT FROM item WHERE merchant_id = NEW.merchant_id AND sku = NEW.sku AND id <> NEW.id AND status <> 'deleted')
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER item_sku_retired AFTER INSERT OR UPDATE OF sku, kind ON item FOR EACH ROW
  WHEN (NEW.kind = 'one_of_one' AND NEW.sku <> '') EXECUTE FUNCTION retire_sku();
INSERT INTO retired_sku (merchant_id, sku, item_id)
SELECT merchant_id, sku, min(id) FROM item WHERE sku <> '' AND status <> 'deleted'
GROUP BY merchant_id, sku HAVING count(*) = 1 AND bool_or(kind = 'one_of_one');

-- What tells a piece from every other: the number of its certificate, a serial number, the fingerprint of its stone.
-- Never two pieces', and never given to another.
CREATE TABLE item_identity (
  merchant_id integer NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('certificate', 'serial', 'fingerprint')),
  -- as it is compared: in capitals, without spaces around
  value       text NOT NULL CHECK (value <> ''),
  item_id     integer NOT NULL,
  actor       text NOT NULL,
  noted_at    timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, kind, value),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);
CREATE INDEX item_identity_item ON item_identity (merchant_id, item_id);

-- Of the listings of a one-of-one piece one is authoritative, the others mirror it.
ALTER TABLE listing ADD COLUMN authoritative boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX listing_authoritative ON listing (merchant_id, item_id) WHERE authoritative;
UPDATE listing l SET authoritative = true FROM (
  SELECT DISTINCT ON (o.merchant_id, o.item_id) o.merchant_id, o.id FROM listing o
  JOIN item i ON i.merchant_id = o.merchant_id AND i.id = o.item_id AND i.kind = 'one_of_one'
  JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
  WHERE o.status <> 'dead' ORDER BY o.merchant_id, o.item_id, a.channel = 'shopify' DESC, o.id
) first WHERE l.merchant_id = first.merchant_id AND l.id = first.id;

-- The merchant's own answers: for how long a claim on a one-of-one piece can still pass to a better one; whether a piece
-- that a channel put back on sale by itself is looked at first.
ALTER TABLE merchant ADD COLUMN claim_minutes integer NOT NULL DEFAULT 30 CHECK (claim_minutes BETWEEN 0 AND 10080),
  ADD COLUMN inspects_returns boolean NOT NULL DEFAULT true;

ALTER TABLE channel_order ADD COLUMN paid_at timestamptz;

ALTER TABLE order_line
  -- 'ours': a replacement or what was given in exchange. The channel knows nothing of it and tells nothing of it.
  ADD COLUMN source text NOT NULL DEFAULT 'channel' CHECK (source IN ('channel', 'ours')),
  -- Pieces that came back, as each says by itself: a person who received them, and the channel. Often both say it of the
  -- same piece, in either order, so `returned` is the greater of the two. told_back counts once received_back does.
  ADD COLUMN received_back integer NOT NULL DEFAULT 0,
  ADD COLUMN told_back integer NOT NULL DEFAULT 0 CHECK (told_back >= 0),
  ADD CONSTRAINT received_no_more_than_sent CHECK (received_back >= 0 AND received_back <= returned AND returned <= shipped);

-- yield and claim: a one-of-one piece passed from an order to one with the better claim.
ALTER TABLE order_effect DROP CONSTRAINT order_effect_transition_check,
  ADD CONSTRAINT order_effect_transition_check CHECK (
    transition IN ('reserve', 'short', 'fill', 'release', 'ship', 'restock', 'return', 'exchange', 'replace', 'yield', 'claim'));

-- Pieces that came back and wait to be looked at.
CREATE TABLE return_parcel (
  merchant_id integer NOT NULL,
  id          bigserial NOT NULL,
  line_id     bigint NOT NULL,
  item_id     integer NOT NULL,
  location_id integer NOT NULL,
  quantity    integer NOT NULL CHECK (quantity > 0),
  -- of those, not looked at yet
  waiting     integer NOT NULL CHECK (waiting >= 0 AND waiting <= quantity),
  -- of those waiting, received by no person yet: the channel put them back by itself
  unseen      integer NOT NULL CHECK (unseen >= 0 AND unseen <= waiting),
  condition   text CHECK (condition IN ('as new', 'worn', 'damaged', 'incomplete')),
  came_at     timestamptz NOT NULL,
  actor       text NOT NULL,
  PRIMARY KEY (merchant_id, id),
  FOREIGN KEY (merchant_id, line_id) REFERENCES order_line (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id),
  FOREIGN KEY (merchant_id, location_id) REFERENCES location (merchant_id, id)
);
CREATE INDEX return_parcel_line ON return_parcel (merchant_id, line_id, id);
CREATE INDEX return_parcel_waiting ON return_parcel (merchant_id, came_at) WHERE waiting > 0;

-- Which order a one-of-one piece belongs to. final_at: until then a better claim takes it over.
CREATE TABLE claim (
  merchant_id integer NOT NULL,
  line_id     bigint NOT NULL,
  item_id     integer NOT NULL,
  since       timestamptz NOT NULL,
  final_at    timestamptz NOT NULL,
  settled_at  timestamptz,
  -- 'time', 'shipped', or who confirmed it
  settled_by  text,
  ended_at    timestamptz,
  PRIMARY KEY (merchant_id, line_id),
  FOREIGN KEY (merchant_id, line_id) REFERENCES order_line (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);
CREATE UNIQUE INDEX claim_one ON claim (merchant_id, item_id) WHERE ended_at IS NULL;
CREATE INDEX claim_due ON claim (final_at) WHERE settled_at IS NULL AND ended_at IS NULL;
-- What was handed over before this has its piece, and wants no other.
INSERT INTO claim (merchant_id, line_id, item_id, since, final_at, settled_at, settled_by, ended_at)
SELECT l.merchant_id, l.id, l.item_id, o.placed_at, o.updated_at, o.updated_at, 'shipped', o.updated_at FROM order_line l
JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id AND i.kind = 'one_of_one'
JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id AND NOT o.history
WHERE l.shipped > l.returned;

-- Everything that led to an oversell, as it was known when the incident opened.
ALTER TABLE incident ADD COLUMN timeline jsonb;

-- When the news of an order came.
CREATE INDEX inbox_event_subject ON inbox_event (account_id, subject);

-- The list of orders that were sold without stock.
CREATE INDEX order_line_short ON order_line (merchant_id, order_id) WHERE short > 0;
