-- A channel that is being left: its listings go off sale by a rule first, and it is off once they all are.
ALTER TABLE channel_account
  ADD COLUMN leaving_since timestamptz,
  ADD COLUMN leaving_rule  integer;

-- For who finishes it: only a few accounts of all merchants are ever being left.
CREATE INDEX channel_account_leaving ON channel_account (leaving_since) WHERE leaving_since IS NOT NULL;
