-- The call that was marked, where a mark put the number on the block list; empty where somebody listed it.
ALTER TABLE listing ADD COLUMN origin TEXT NOT NULL DEFAULT '';
