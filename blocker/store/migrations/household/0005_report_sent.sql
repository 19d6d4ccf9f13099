-- To whom which week's report went, so that nobody gets it twice. Why it isn't in the ledger: docs/adr/0020.
CREATE TABLE report_sent (
    week TEXT NOT NULL, -- ISO 8601, such as 2026-W47
    recipient TEXT NOT NULL, -- the way and where to, such as email:anna@example.org
    state TEXT NOT NULL CHECK (state IN ('handing-over', 'sent', 'failed', 'refused', 'unsure')),
    at TEXT NOT NULL,
    tries INTEGER NOT NULL,
    why TEXT NOT NULL, -- what stood against it; empty where nothing did
    PRIMARY KEY (week, recipient)
) STRICT, WITHOUT ROWID;
