-- The household's allow and block lists. Times are UTC, as 2026-11-17T08:12:33.123Z.
CREATE TABLE listing (
    list TEXT NOT NULL CHECK (list IN ('allow', 'block')),
    number TEXT NOT NULL CHECK (number GLOB '+[1-9]*'), -- E.164; of a prefix only its beginning
    is_prefix INTEGER NOT NULL CHECK (is_prefix IN (0, 1)),
    comment TEXT NOT NULL,
    added_at TEXT NOT NULL,
    added_by TEXT NOT NULL,
    until TEXT, -- the first instant at which it no longer holds; NULL for no end
    PRIMARY KEY (list, number, is_prefix)
) STRICT, WITHOUT ROWID;
