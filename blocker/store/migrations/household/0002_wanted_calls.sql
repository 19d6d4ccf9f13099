-- What makes a call wanted beside the lists. Times are UTC, as 2026-11-17T08:12:33.123Z.
CREATE TABLE dialled (
    number TEXT PRIMARY KEY CHECK (number GLOB '+[1-9]*'), -- E.164
    at TEXT NOT NULL -- when the household last dialled it; nowhere else is that kept
) STRICT, WITHOUT ROWID;

CREATE TABLE expectation (
    id INTEGER PRIMARY KEY, -- in the order in which they were opened
    since TEXT NOT NULL,
    until TEXT NOT NULL, -- the first instant at which it no longer holds
    company TEXT, -- slug; NULL for anybody's call
    by TEXT NOT NULL
) STRICT;

-- One row each, so that one statement replaces the whole.
CREATE TABLE contacts (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    people TEXT NOT NULL CHECK (json_valid(people)) -- [[number in E.164, name], …]
) STRICT;

CREATE TABLE blocking_paused (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    until TEXT NOT NULL -- the first instant at which calls may be blocked again
) STRICT;
