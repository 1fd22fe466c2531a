-- What the item's channel calls its kind (Shopify's product type), and who has said otherwise. Null: nobody has, and the
-- category is what the channel tells.
ALTER TABLE item ADD COLUMN category_there text, ADD COLUMN category_by text;
UPDATE item SET category_by = 'app' WHERE category IS NOT NULL;

-- Who changed an item's category, when, and what it was before and after: rules hold by category, so the number of a past
-- second needs that of then.
CREATE TABLE item_category_change (
  merchant_id integer NOT NULL,
  id          bigserial NOT NULL,
  item_id     integer NOT NULL,
  at          timestamptz NOT NULL,
  actor       text NOT NULL,
  -- {"category", "by"}
  before      jsonb NOT NULL,
  after       jsonb NOT NULL,
  PRIMARY KEY (merchant_id, id),
  FOREIGN KEY (merchant_id, item_id) REFERENCES item (merchant_id, id)
);
CREATE INDEX item_category_change_item ON item_category_change (merchant_id, item_id, at);

-- Who has ended a version of a rule. Null: the next version says it, or it was before this was kept.
ALTER TABLE rule_version ADD COLUMN ended_by text;
CREATE OR REPLACE FUNCTION rules_keep_their_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL
    AND to_jsonb(NEW) - 'valid_to' - 'ended_by' = to_jsonb(OLD) - 'valid_to' - 'ended_by' THEN RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a version of a rule is closed, and nothing else';
END $$;

-- Every decision that a person has carried out, written in the transaction that carried it out. Only ids, numbers and
-- words of a closed list: what they wrote is where it can be erased.
CREATE TABLE decision_made (
  merchant_id integer NOT NULL REFERENCES merchant (id),
  id          bigserial NOT NULL,
  at          timestamptz NOT NULL,
  actor       text NOT NULL,
  -- from where: "page/rules"
  origin      text,
  decision    text NOT NULL,
  about       jsonb NOT NULL,
  PRIMARY KEY (merchant_id, id)
);
CREATE INDEX decision_made_at ON decision_made (merchant_id, at);

-- When a merchant's books are verified next, and how far it has come: from the item up to which was looked at.
CREATE TABLE books_round (
  merchant_id integer NOT NULL PRIMARY KEY REFERENCES merchant (id),
  next_at     timestamptz NOT NULL,
  -- null: it has not begun
  begun_at    timestamptz,
  looked_at   integer NOT NULL DEFAULT 0,
  items       integer NOT NULL DEFAULT 0,
  wrong       integer NOT NULL DEFAULT 0,
  -- the first that differs, for the sentence
  example     jsonb
);
CREATE INDEX books_round_next ON books_round (next_at);
