/**
 * How the file is laid out, version by version (`PRAGMA user_version`). A version that was released never changes; a
 * change is a new entry at the end.
 *
 * Amounts (attoFIL) and powers (bytes of QAP) are decimal text: they exceed SQLite's integers. Ids and epochs are
 * integers. Addresses are 0x with checksum.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- what this is the history of; one row
  CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    chain_id INTEGER NOT NULL,
    power_nft TEXT NOT NULL,
    miner_registry TEXT NOT NULL,
    power_oracle TEXT NOT NULL,
    start_epoch INTEGER NOT NULL,
    genesis INTEGER NOT NULL,           -- when epoch 0 was, seconds since 1970
    prefix TEXT NOT NULL                -- the letter of Filecoin addresses
  ) STRICT;

  -- how far it goes; one row, written with what it speaks of
  CREATE TABLE place (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL,             -- the last epoch whose events are here
    anchor_epoch INTEGER NOT NULL,      -- the last tipset at or before it, and its key
    anchor_tipset TEXT NOT NULL,
    closed_epoch INTEGER                -- the end of the last day whose income is here
  ) STRICT;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,            -- in the chain's order
    epoch INTEGER NOT NULL,
    transaction_index INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    tx TEXT NOT NULL,
    contract TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    miner_id INTEGER,
    nft_id INTEGER,
    args TEXT NOT NULL,                 -- JSON, integers as text
    UNIQUE (epoch, transaction_index, log_index)
  ) STRICT;
  CREATE INDEX events_by_miner ON events (miner_id, seq) WHERE miner_id IS NOT NULL;
  CREATE INDEX events_by_nft ON events (nft_id, seq) WHERE nft_id IS NOT NULL;
  CREATE INDEX events_by_name ON events (name, seq);

  -- every address that an event names
  CREATE TABLE event_accounts (
    account TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES events (seq),
    PRIMARY KEY (account, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE miners (
    miner_id INTEGER PRIMARY KEY,
    vault TEXT NOT NULL UNIQUE,
    created_epoch INTEGER NOT NULL,
    active INTEGER NOT NULL DEFAULT 0,  -- whether the vault is the beneficiary
    activated_epoch INTEGER,
    released_epoch INTEGER,
    operator TEXT,
    last_sync INTEGER,
    qap TEXT NOT NULL DEFAULT '0',      -- on chain at the last sync
    rewards TEXT NOT NULL DEFAULT '0',  -- all block rewards measured
    earned TEXT NOT NULL DEFAULT '0',   -- holders' and protocol's part
    covered TEXT NOT NULL DEFAULT '0',  -- what cash has covered of it
    gaps INTEGER NOT NULL DEFAULT 0     -- syncs that could not prove everything
  ) STRICT;

  CREATE TABLE nfts (
    nft_id INTEGER PRIMARY KEY,
    miner_id INTEGER NOT NULL REFERENCES miners (miner_id),
    holder TEXT NOT NULL,
    minted_epoch INTEGER NOT NULL,
    nominal_power TEXT NOT NULL,
    expiry INTEGER NOT NULL,
    sp_fee_bps INTEGER NOT NULL,
    protocol_fee_bps INTEGER NOT NULL,
    royalty_bps INTEGER NOT NULL,
    sectors TEXT NOT NULL,              -- as people write them: 1-500, 700
    weight TEXT NOT NULL DEFAULT '0',   -- the last one that was set; 0 from the expiry on
    attested_epoch INTEGER,
    claimed TEXT NOT NULL DEFAULT '0',
    credited TEXT NOT NULL DEFAULT '0', -- to earlier holders
    burned_epoch INTEGER,
    earned TEXT NOT NULL DEFAULT '0',   -- as of earned_epoch
    earned_epoch INTEGER,
    earned_final INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX nfts_by_holder ON nfts (holder, nft_id);
  CREATE INDEX nfts_by_miner ON nfts (miner_id, nft_id);

  -- one row a change
  CREATE TABLE weights (
    seq INTEGER PRIMARY KEY REFERENCES events (seq),
    nft_id INTEGER NOT NULL REFERENCES nfts (nft_id),
    epoch INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('report', 'challenge')),
    old_weight TEXT NOT NULL,
    weight TEXT NOT NULL
  ) STRICT;
  CREATE INDEX weights_by_nft ON weights (nft_id, seq);

  -- what an NFT's earnedOf grew by over the epochs (from_epoch, epoch]
  CREATE TABLE incomes (
    nft_id INTEGER NOT NULL REFERENCES nfts (nft_id),
    day TEXT NOT NULL,                  -- UTC, the one that ends with the epoch
    from_epoch INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    income TEXT NOT NULL,
    earned TEXT NOT NULL,               -- earnedOf at the epoch
    PRIMARY KEY (nft_id, day)
  ) STRICT, WITHOUT ROWID;

  -- expected gross rewards of a day for 1 TiB of QAP of a miner (R-INC-7)
  CREATE TABLE expectations (
    miner_id INTEGER NOT NULL REFERENCES miners (miner_id),
    day TEXT NOT NULL,
    per_tib TEXT NOT NULL,
    PRIMARY KEY (miner_id, day)
  ) STRICT, WITHOUT ROWID;

  -- what NFTs were sold for; filled once the market's events are indexed
  CREATE TABLE prices (
    seq INTEGER PRIMARY KEY REFERENCES events (seq),
    nft_id INTEGER NOT NULL REFERENCES nfts (nft_id),
    epoch INTEGER NOT NULL,
    currency TEXT NOT NULL,             -- 0x of the ERC-20; the zero address: FIL
    amount TEXT NOT NULL
  ) STRICT;
  CREATE INDEX prices_by_nft ON prices (nft_id, seq);
  `,
];
