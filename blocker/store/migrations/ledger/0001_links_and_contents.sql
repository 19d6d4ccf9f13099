-- docs/spec/evidence-ledger.md, section “In SQLite”. Both texts are kept without their final LF, so that
--   sqlite3 ledger.sqlite3 'SELECT content FROM contents WHERE n = 5' | sha256sum
-- prints what the link of entry 5 says.

CREATE TABLE links (n INTEGER PRIMARY KEY, line TEXT NOT NULL);

-- The columns to search by are computed from the content, so that they can't say something else than it does.
CREATE TABLE contents (
    n INTEGER PRIMARY KEY,
    content TEXT NOT NULL,
    kind TEXT GENERATED ALWAYS AS (json_extract(content, '$.kind')) VIRTUAL,
    at TEXT GENERATED ALWAYS AS (json_extract(content, '$.at')) VIRTUAL,
    call TEXT GENERATED ALWAYS AS (json_extract(content, '$.call')) VIRTUAL
);
CREATE INDEX contents_kind_at ON contents (kind, at);
CREATE INDEX contents_at ON contents (at);
CREATE INDEX contents_call ON contents (call) WHERE call IS NOT NULL;

-- One statement adds to both tables, so that a batch is one call to SQLite and one transaction by itself.
CREATE VIEW entries (n, line, content) AS SELECT n, line, content FROM links LEFT JOIN contents USING (n);
CREATE TRIGGER entries_append INSTEAD OF INSERT ON entries BEGIN
    INSERT INTO links (n, line) VALUES (new.n, new.line);
    INSERT INTO contents (n, content) VALUES (new.n, new.content);
END;

-- Against mistakes of ours; against anybody else there are the hashes.
CREATE TRIGGER links_stay BEFORE DELETE ON links BEGIN SELECT raise(ABORT, 'links are never removed'); END;
CREATE TRIGGER links_hold BEFORE UPDATE ON links BEGIN SELECT raise(ABORT, 'links never change'); END;
CREATE TRIGGER contents_hold BEFORE UPDATE ON contents BEGIN SELECT raise(ABORT, 'contents never change'); END;
