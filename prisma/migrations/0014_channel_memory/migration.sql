-- What a connector keeps of an account between processes, under keys of its own: how each listing is written to, how
-- often it was changed today. All of it can be found out again from the channel; asking costs calls of a small budget.
-- Found by its whole key alone, and gone with the account.
CREATE TABLE channel_memory (
  merchant_id integer NOT NULL,
  account_id  integer NOT NULL,
  key         text NOT NULL,
  value       jsonb NOT NULL,
  written_at  timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, account_id, key),
  FOREIGN KEY (merchant_id, account_id) REFERENCES channel_account (merchant_id, id)
);

-- For eBay's real-time inventory check: a buyer waits while the listings of a SKU are found.
CREATE INDEX listing_sku ON listing (account_id, sku) WHERE item_id IS NOT NULL;
