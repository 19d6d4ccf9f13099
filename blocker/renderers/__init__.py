"""One file for each form of the report; they don't know each other, and none of them counts anything."""
