-- As which rating a number was given last; NULL where it wasn't. Of what was given before and was to be corrected by now, the
-- ledger alone knows it.
ALTER TABLE upload ADD COLUMN given TEXT;
UPDATE upload SET given = rating WHERE state = 'given';
