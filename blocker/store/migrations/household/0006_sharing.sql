-- What is given to a community list. Neither the line that was called nor the time of a call is here. Times are UTC.
-- One row while giving back is on.
CREATE TABLE sharing (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    source TEXT NOT NULL, -- the list's key
    address TEXT NOT NULL, -- of its interface, when it was switched on
    since TEXT NOT NULL,
    by TEXT NOT NULL,
    stopped TEXT NOT NULL, -- why nothing is sent until a person mends it; empty where all is well
    not_before TEXT -- the other end wants to be left alone until then; NULL where it doesn't
) STRICT;

CREATE TABLE upload (
    what TEXT NOT NULL CHECK (what IN ('rating', 'refused-call')),
    number TEXT NOT NULL CHECK (number GLOB '+[1-9]*'), -- E.164, as presented
    rating TEXT, -- NULL for a refused call
    comment TEXT NOT NULL,
    entry INTEGER NOT NULL, -- of the ledger, that it rests on
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'given', 'dropped', 'given-up')),
    queued_at TEXT NOT NULL,
    due_at TEXT NOT NULL, -- drawn at random when it was queued
    tries INTEGER NOT NULL,
    why TEXT NOT NULL,
    given_at TEXT,
    PRIMARY KEY (what, number)
) STRICT, WITHOUT ROWID;
