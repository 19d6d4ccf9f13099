-- A call that another device recorded is imported long after it came: reports look for when it began.
ALTER TABLE contents ADD COLUMN began TEXT GENERATED ALWAYS AS (json_extract(content, '$.began')) VIRTUAL;
CREATE INDEX contents_began ON contents (began) WHERE began IS NOT NULL;
