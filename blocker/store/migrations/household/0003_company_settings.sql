-- What the household wants done with a company's calls. When each was set, and by whom, the ledger tells.
CREATE TABLE company_setting (
    company TEXT PRIMARY KEY, -- slug
    calls TEXT NOT NULL CHECK (calls IN ('default', 'marketing-blocked', 'all-blocked', 'all-allowed'))
) STRICT, WITHOUT ROWID;
