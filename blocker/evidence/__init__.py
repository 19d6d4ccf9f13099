"""The evidence: the ledger, how it is read, and how it is checked. `docs/spec/evidence-ledger.md` is the format."""
